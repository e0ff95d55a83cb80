import { z } from 'zod';
import { textRule } from './rule.js';
import { dnsLabel, isLabelText } from './text.js';

const isDnsPrefix = (text: string): boolean => /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(text);

/** Name of a Secret. Source: kubernetes.io/docs/concepts/overview/working-with-objects/names */
export const secretName = textRule('CFG046', 'is not the name of a Secret', isDnsPrefix);

/** Key of a Secret's data. Source: kubernetes.io/docs/concepts/configuration/secret */
export const secretKey = textRule('CFG046', 'is not a key of a Secret', (text) => /^[-._A-Za-z0-9]{1,253}$/.test(text));

/** Labels that must be there, as `key=value`, separated by commas; `key` alone asks for any value. */
const labelSelector = textRule('CFG046', 'is not a label selector', (text) => text.split(',').every(isRequirement));

function isRequirement(text: string): boolean {
  const [, prefix, name = '', value] = /^(?:([^/=]+)\/)?([^/=]+)(?:==?([^/=]*))?$/.exec(text.trim()) ?? [];
  return (
    (prefix === undefined || isDnsPrefix(prefix)) &&
    isLabelText(name) &&
    (value === undefined || value === '' || isLabelText(value))
  );
}

/** `clusterSecrets`. */
export const clusterSecrets = z.strictObject({
  namespace: dnsLabel.default('isthmus-clusters'),
  labelSelector: labelSelector.default('isthmus.dev/cluster=true'),
});
