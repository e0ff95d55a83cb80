import type { KubeconfigProblem } from '@isthmus/kubernetes';
import type { Check } from '@isthmus/model';
import { broken } from '@isthmus/model';

/** What is wrong with a kubeconfig, as a check; what stands behind the arrow is what to do. */
export function refusedKubeconfig({ place, message }: Pick<KubeconfigProblem, 'place' | 'message'>): Check {
  const [what = '', ...remedy] = message.split(' → ');
  const way = remedy.join(' → ') || 'Write one by isthmus cluster add.';
  return broken('kubeconfig', `${place} ${what}`, way);
}
