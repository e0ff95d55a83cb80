import { parseConfig } from '@isthmus/config';
import { decideCluster, newClusterMemory } from '@isthmus/federation';
import type { Configuration, ServiceState, Snapshot } from '@isthmus/model';
import { ATTRIBUTES } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

const CASES = join(import.meta.dirname, 'cases');

/** `snapshot.json`: source → service as `service.namespace` → its instances as `id → attributes`. */
type GoldenSnapshot = Readonly<
  Record<string, Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>>
>;

function read(golden: string, file: string): string {
  return readFileSync(join(CASES, golden, file), 'utf8');
}

function configuration(golden: string): Configuration {
  const parsed = parseConfig(read(golden, 'isthmus.yaml'), { file: 'isthmus.yaml', folder: '/' });
  if (!parsed.ok) throw new Error(parsed.error.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  return parsed.value.configuration;
}

function snapshots(golden: string, { sources }: Configuration): readonly Snapshot[] {
  const recorded = JSON.parse(read(golden, 'snapshot.json')) as GoldenSnapshot;
  return sources.map((source) => {
    const services = Object.entries(recorded[source.name] ?? {}).map(([name, instances]): ServiceState => {
      const service = given.serviceRecord(name, { region: source.region, account: source.account });
      const found = Object.entries(instances).map(([id, attributes]) => ({
        id,
        health: attributes['health'] === 'UNHEALTHY' ? ('UNHEALTHY' as const) : ('HEALTHY' as const),
        attributes: new Map(
          Object.entries(attributes).filter(([key]) => Object.values<string>(ATTRIBUTES).includes(key)),
        ),
      }));
      return given.serviceState(service, { reading: given.reading(found) });
    });
    return given.snapshot(source, services);
  });
}

/** What each cluster would get: `cluster` → ServiceEntries as a person would write them. */
function federate(golden: string): unknown {
  const config = configuration(golden);
  const entries = config.clusters.map((cluster) => {
    const { plan } = decideCluster({
      ...config,
      cluster,
      snapshots: snapshots(golden, config),
      observed: [],
      memory: newClusterMemory(),
      nowMs: given.EPOCH_MS,
      serverNowMs: given.EPOCH_MS,
      epoch: 1,
    });
    const objects = plan.changes.flatMap((change) =>
      change.kind === 'create'
        ? [
            {
              apiVersion: 'networking.istio.io/v1',
              kind: 'ServiceEntry',
              metadata: { name: change.desired.name, namespace: cluster.namespace },
              spec: change.desired.spec,
            },
          ]
        : [],
    );
    return [cluster.name, objects] as const;
  });
  return JSON.parse(JSON.stringify(Object.fromEntries(entries)));
}

describe('golden cases', () => {
  it.each(readdirSync(CASES))('%s', (golden) => {
    const federated = federate(golden);
    expect(stringify(federated)).toBe(stringify(parse(read(golden, 'expected.yaml'))));
  });
});
