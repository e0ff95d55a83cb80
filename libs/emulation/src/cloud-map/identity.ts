/** One account in one region: whose world a call is about. */
export interface Caller {
  readonly account: string;
  readonly region: string;
}

const PARTITIONS: readonly (readonly [prefix: string, partition: string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['eusc-', 'aws-eusc'],
  ['us-iso-', 'aws-iso'],
  ['us-isob-', 'aws-iso-b'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-isof-', 'aws-iso-f'],
];

/** The partition that a region belongs to: `aws` unless its name says otherwise. */
export function partitionOf(region: string): string {
  return PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
}

/** ARN of a namespace or a service. */
export function arnOf(owner: Caller, kind: 'namespace' | 'service', id: string): string {
  return `arn:${partitionOf(owner.region)}:servicediscovery:${owner.region}:${owner.account}:${kind}/${id}`;
}

/** The id at the end of an ARN, or the text itself when it is no ARN. */
export function idOf(idOrArn: string): string {
  return isArn(idOrArn) ? idOrArn.slice(idOrArn.lastIndexOf('/') + 1) : idOrArn;
}

/** True for an ARN; shared namespaces and their services are addressed by ARN only. */
export function isArn(text: string): boolean {
  return text.startsWith('arn:');
}
