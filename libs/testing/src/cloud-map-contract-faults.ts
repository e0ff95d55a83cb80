import type { Answer, Code, ServiceSummary } from '@isthmus/model';
import type { CloudMapSource } from '@isthmus/ports';
import type { CloudMapContract, CloudMapOperation, CloudMapRig, CloudMapTrouble } from './cloud-map-contract-rig.js';
import {
  createServices,
  errorOf,
  namespaceNamed,
  NEVER,
  payments,
  withInstances,
  withService,
} from './cloud-map-contract-rig.js';

const CODE_OF: Readonly<Record<Exclude<CloudMapTrouble['kind'], 'empty-answer'>, Code>> = {
  throttle: 'throttled',
  'access-denied': 'access-denied',
  'server-error': 'server-error',
  hang: 'timeout',
  reset: 'network',
  'truncated-json': 'invalid-answer',
};
const KINDS = Object.keys(CODE_OF) as (keyof typeof CODE_OF)[];
const OPERATIONS: readonly CloudMapOperation[] = [
  'ListNamespaces',
  'ListServices',
  'GetNamespace',
  'GetService',
  'ListInstances',
  'DiscoverInstances',
];

/** What a source answers when something goes wrong: never less than there is, and never an exception. */
export function cloudMapFaultsContract(contract: CloudMapContract): void {
  for (const kind of KINDS) describe(kind, () => failures(contract, kind));
  describe('a list that breaks off', () => brokenLists(contract));
  describe('a stop', () => stops(contract));
}

function failures({ open, it }: CloudMapContract, kind: keyof typeof CODE_OF): void {
  for (const operation of OPERATIONS) {
    it(`fails ${operation} as ${CODE_OF[kind]}`, async () => {
      const rig = await withService(open);
      const call = await prepare(rig, operation, sourceFor(rig, kind));
      rig.trouble({ operation, kind });
      const answer = await call(NEVER);
      expect(answer.kind).toBe('failed');
      expect(errorOf(answer)?.code).toBe(CODE_OF[kind]);
      expect(errorOf(answer)?.message).toContain(`${operation} of `);
    });
  }
}

function brokenLists({ open, it }: CloudMapContract): void {
  for (const kind of KINDS) {
    it(`is partial, with the pages before it, when page 2 of 3 ends in ${kind}`, async () => {
      const rig = await open();
      await rig.createNamespace('shop');
      await createServices(rig, 'shop', 201);
      const shop = await namespaceNamed(rig, 'shop');
      const pages: (readonly ServiceSummary[])[] = [];
      const onPage = (page: readonly ServiceSummary[]): void => {
        pages.push(page);
        rig.trouble({ operation: 'ListServices', kind });
      };
      const answer = await sourceFor(rig, kind).listServices(shop, onPage, NEVER);
      expect(answer.kind).toBe('partial');
      expect(answer.kind === 'partial' ? answer.value.length : 0).toBe(100);
      expect(errorOf(answer)?.code).toBe(CODE_OF[kind]);
      expect(pages.map((page) => page.length)).toEqual([100]);
    });
  }

  it('is truncated when the control plane does not confirm an answer of 1,000 instances', async () => {
    const rig = await withInstances(open, 1000);
    const service = await payments(rig);
    rig.trouble({ operation: 'ListInstances', kind: 'throttle' });
    const answer = await rig.source.discoverInstances(service, NEVER);
    expect(answer.kind === 'partial' ? answer.value.instances.length : 0).toBe(1000);
    expect(errorOf(answer)?.code).toBe('truncated');
  });

  it('is truncated when the control plane lists none of the 1,000 instances', async () => {
    const rig = await withInstances(open, 1000);
    const service = await payments(rig);
    rig.trouble({ operation: 'ListInstances', kind: 'empty-answer' });
    const answer = await rig.source.discoverInstances(service, NEVER);
    expect(answer.kind === 'partial' ? answer.value.instances.length : 0).toBe(1000);
    expect(errorOf(answer)?.code).toBe('truncated');
  });
}

function stops({ open, it }: CloudMapContract): void {
  for (const operation of OPERATIONS) {
    it(`answers aborted, and asks nothing, when ${operation} is called with an aborted signal`, async () => {
      const rig = await withService(open);
      const call = await prepare(rig, operation, rig.source);
      const before = rig.callCount(operation);
      expect(errorOf(await call(AbortSignal.abort()))?.code).toBe('aborted');
      expect(rig.callCount(operation)).toBe(before);
    });
  }

  it('answers aborted when it is stopped while it waits for an answer', async () => {
    const rig = await open();
    rig.trouble({ operation: 'ListServices', kind: 'hang' });
    const controller = new AbortController();
    const listing = rig.source.listAllServices(() => undefined, controller.signal);
    setImmediate(() => controller.abort());
    expect(errorOf(await listing)?.code).toBe('aborted');
  });

  it('answers aborted after it was closed', async () => {
    const rig = await open();
    rig.source.close();
    expect(errorOf(await rig.source.listNamespaces(NEVER))?.code).toBe('aborted');
  });
}

/** Only where nothing comes does it matter how long a source waits. */
function sourceFor(rig: CloudMapRig, kind: CloudMapTrouble['kind']): CloudMapSource {
  return kind === 'hang' ? rig.impatientSource : rig.source;
}

/** A call of one operation on the namespace `shop` and its service `payments`, found before anything goes wrong. */
async function prepare(
  rig: CloudMapRig,
  operation: CloudMapOperation,
  source: CloudMapSource,
): Promise<(signal: AbortSignal) => Promise<Answer<unknown>>> {
  const service = await payments(rig);
  const calls: Readonly<Record<CloudMapOperation, (signal: AbortSignal) => Promise<Answer<unknown>>>> = {
    ListNamespaces: (signal) => source.listNamespaces(signal),
    ListServices: (signal) => source.listAllServices(() => undefined, signal),
    GetNamespace: (signal) => source.getNamespace(service.identity.namespaceId, signal),
    GetService: (signal) => source.getService(service.identity.serviceId, signal),
    ListInstances: (signal) => source.listInstances(service, signal),
    DiscoverInstances: (signal) => source.discoverInstances(service, signal),
  };
  return calls[operation];
}
