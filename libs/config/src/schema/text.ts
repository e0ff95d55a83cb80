import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { quote } from '../problem.js';
import { textRule } from './rule.js';

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Whether a text is a DNS-1123 label. Source: kubernetes.io/docs/concepts/overview/working-with-objects/names */
export const isDnsLabel = (text: string): boolean => DNS_LABEL.test(text);

/** A name that goes into labels and object names. */
export const dnsLabel = textRule('CFG012', 'is not a DNS label', isDnsLabel);

/** An AWS account id. */
export const account = textRule('CFG013', 'is not 12 digits', (text) => /^\d{12}$/.test(text));

/** An AWS region of any partition: `us-east-1`, `us-gov-west-1`, `eusc-de-east-1`. */
export const region = textRule('CFG014', 'is not an AWS region', (text) =>
  /^[a-z]{2,5}(-[a-z]{2,12}){1,3}-\d{1,2}$/.test(text),
);

/** A glob over names of Cloud Map, which are printable ASCII of at most 1,024 characters (Cloud Map API reference). */
export const glob = textRule('CFG016', 'is not a glob', (text) => /^[!-~]{1,1024}$/.test(text));

/** Globs; an empty list would select nothing, which nobody means: leaving the list out selects all. */
export const globs = z.array(glob).min(1);

/** An endpoint's origin; its text is never repeated in a message, because a password may stand in it. */
export const endpointUrl = z
  .string()
  .refine(isPlainUrl, { params: { code: 'CFG015' }, error: 'is not a plain http or https URL' });

/** A share as `20%`, as a number from 0 to 1. */
export const share = textRule('CFG011', 'is not a percentage from 0% to 100%', (text) => {
  const value = toShare(text);
  return value >= 0 && value <= 1;
}).transform(toShare);

/** A path of a file, as it is written. */
export const filePath = textRule('CFG025', 'is not a file path', (text) => text.trim() !== '' && !text.includes('\0'));

/** What status shows as `removals`: lower-case hex. */
export const removalsHash = textRule('CFG023', 'is not a hash of removals', (text) => /^[0-9a-f]{8,64}$/.test(text));

/** A time as `2030-01-31T18:00:00Z` or with an offset, in epoch milliseconds. */
export const time = textRule(
  'CFG022',
  'is not an ISO time with a zone',
  (text) => isoTime.safeParse(text).success,
).transform((text) => Date.parse(text));

const isoTime = z.iso.datetime({ offset: true });

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash, hostname } = new URL(text);
  const isHttp = protocol === 'http:' || protocol === 'https:';
  return isHttp && hostname !== '' && username === '' && password === '' && search === '' && hash === '';
}

function toShare(text: string): number {
  const match = /^(\d{1,3}(?:\.\d{1,6})?)%$/.exec(text);
  return match ? Number(match[1]) / 100 : Number.NaN;
}

/** A network as `10.0.0.0/8` or `fd00::/8`, in the one way to write it, with no bit set behind its prefix. */
export const cidr = z.string().refine((text) => canonicalCidr(text) === text, {
  params: { code: 'CFG026' },
  error: ({ input }) => {
    const canonical = canonicalCidr(input);
    return canonical === undefined ? `${quote(input)} is no network` : `${quote(input)} is ${quote(canonical)}`;
  },
});

const LABEL = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** Whether a text is a label value, or the name of a label. Source: kubernetes.io/docs/concepts/overview/working-with-objects/labels */
export const isLabelText = (text: string): boolean => LABEL.test(text);

/** Value of a Kubernetes label that is not empty. */
export const labelValue = textRule('CFG027', 'is not a label value', isLabelText);

/** A mesh's name of a region; "/" would begin its zone. Source: istio.io/latest/docs/concepts/traffic-management, locality */
export const localityName = textRule('CFG027', 'is not the name of a region of the mesh', isLabelText);

/** Name of an instance attribute. Source: Cloud Map API reference, RegisterInstance. */
export const attribute = textRule('CFG028', 'is not the name of an attribute', (text) => /^[!-~]{1,255}$/.test(text));

function canonicalCidr(input: unknown): string | undefined {
  const [, address = '', bits = ''] = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(String(input)) ?? [];
  const family = isIP(address);
  if (family === 0 || Number(bits) > (family === 4 ? 32 : 128)) return undefined;
  const text = `${address}/${Number(bits)}`;
  const network = family === 4 ? ipaddr.IPv4.networkAddressFromCIDR(text) : ipaddr.IPv6.networkAddressFromCIDR(text);
  return `${network.toString()}/${Number(bits)}`;
}
