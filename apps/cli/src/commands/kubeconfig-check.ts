import { parseKubeconfig } from '@isthmus/kubernetes';
import { err, ok } from '@isthmus/model';
import type { KubeconfigCheck, KubeconfigFault } from './kubeconfigs.js';

/** Applies the rules by which the hub itself reads a kubeconfig. Opens no connection and starts no program. */
export const checkKubeconfig: KubeconfigCheck = async (text, file, credential) => {
  const parsed = parseKubeconfig(text, file, credential);
  if (parsed.ok) return ok({ server: parsed.value.server });
  return err(parsed.error.map(({ place, message }) => toFault(`${place} ${message}`)));
};

/** What stands after the arrow of a problem is what to do. */
function toFault(text: string): KubeconfigFault {
  const arrow = text.indexOf(' → ');
  if (arrow < 0) return { message: text, remedy: undefined };
  return { message: text.slice(0, arrow), remedy: text.slice(arrow + 3) };
}
