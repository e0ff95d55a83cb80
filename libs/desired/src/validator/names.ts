import { isIP } from 'node:net';

const LABEL = /^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$/;
const QUALIFIED = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

/** Istio's DNS label. Source: istio `pkg/config/labels` IsDNS1123Label. */
export function isLabel(text: string): boolean {
  return text.length <= 63 && LABEL.test(text);
}

/** Istio's fully qualified name, without wildcards. Source: istio `pkg/config/validation/agent` ValidateFQDN. */
export function isFqdn(text: string): boolean {
  const labels = text.replace(/\.$/, '').split('.');
  return text.length <= 255 && labels.every(isLabel) && !/^[0-9]+$/.test(labels.at(-1) ?? '');
}

/** An IP without brackets, prefix or zone. */
export function isPlainIp(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%');
}

/** A name of an object. Source: kubernetes.io, “Object Names and IDs”, DNS subdomain. */
export function isObjectName(text: string): boolean {
  return text.length <= 253 && SUBDOMAIN.test(text);
}

/** A key of a label or annotation: `[prefix/]name`. Source: kubernetes.io, “Labels and Selectors”. */
export function isMetadataKey(text: string): boolean {
  const parts = text.split('/');
  const name = parts.at(-1) ?? '';
  const prefix = parts.length === 2 ? parts[0] : undefined;
  if (parts.length > 2 || (prefix !== undefined && !isObjectName(prefix))) return false;
  return name.length <= 63 && QUALIFIED.test(name);
}

/** A label's value by its alphabet; the length is another rule, which Istio does not have for endpoints. */
export function isLabelValue(text: string): boolean {
  return text === '' || QUALIFIED.test(text);
}
