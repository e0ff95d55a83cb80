import { isDeepStrictEqual } from 'node:util';
import type { ClusterMemory, Decision, DecisionInput } from '@isthmus/federation';
import { decideCluster, judgeInput, manifestOf, newClusterMemory, renderInput } from '@isthmus/federation';
import type { ClusterSettings, ObservedEntry } from '@isthmus/model';
import { OBJECT } from '@isthmus/model';
import type { Namespace } from '@isthmus/testing';
import { afterChange } from '@isthmus/testing';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { GoldenCase, World } from './golden-case.js';
import { readCase } from './golden-case.js';

const CASES = join(import.meta.dirname, 'cases');
/** Runs after which a cluster must be quiet: a split host adds before it drops. */
const MOST_RUNS = 4;
const BOOKKEEPING = new Set<string>([
  OBJECT.cluster,
  OBJECT.contentHash,
  OBJECT.components,
  OBJECT.epoch,
  OBJECT.schema,
]);

/** What a person is shown of one cluster. */
interface Outcome {
  readonly entries: readonly unknown[];
  /** `source/service` or `source/service/instance` → code. */
  readonly rejected?: Readonly<Record<string, string>>;
  /** Object → codes. */
  readonly held?: Readonly<Record<string, string>>;
}

/** One cluster that lives through the worlds of a case. */
class GoldenCluster {
  readonly #golden: GoldenCase;
  #namespace: Namespace;
  #memory: ClusterMemory = newClusterMemory();

  constructor(golden: GoldenCase, foreign: readonly ObservedEntry[]) {
    this.#golden = golden;
    this.#namespace = new Map(foreign.map((entry) => [entry.name, entry]));
  }

  /** Decides and applies until nothing changes. */
  live(world: World, cluster: ClusterSettings): Outcome {
    if (world.hubRestarts) this.#memory = newClusterMemory();
    for (let run = 1; run <= MOST_RUNS; run++) {
      const input = this.#input(world, cluster);
      const decision = decideCluster(input);
      this.#memory = decision.memory;
      if (decision.plan.changes.length === 0) return this.#outcome(input, decision);
      for (const change of decision.plan.changes) {
        this.#namespace = afterChange(this.#namespace, change, (entry) => manifestOf(entry, 1));
      }
    }
    throw new Error(`${cluster.name} is not quiet after ${MOST_RUNS} runs`);
  }

  #input({ configuration, snapshots, nowMs }: World, cluster: ClusterSettings): DecisionInput {
    const observed = [...this.#namespace.values()];
    return {
      ...configuration,
      cluster,
      snapshots,
      observed,
      memory: this.#memory,
      nowMs,
      steadyMs: nowMs,
      serverNowMs: nowMs,
      epoch: 1,
    };
  }

  #outcome(input: DecisionInput, decision: Decision): Outcome {
    const rejected = Object.fromEntries([...this.#rejectedServices(decision), ...this.#leftOut(input, decision)]);
    const held: Record<string, string> = {};
    for (const [name, holds] of Map.groupBy(decision.plan.holds, (hold) => hold.name))
      held[name] = [...new Set(holds.map(({ reason }) => reason))].sort().join(', ');
    return {
      entries: [...this.#namespace.values()]
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
        .map((entry) => asWritten(entry, input)),
      ...(Object.keys(rejected).length === 0 ? {} : { rejected }),
      ...(Object.keys(held).length === 0 ? {} : { held }),
    };
  }

  #rejectedServices({ rejections }: Decision): readonly (readonly [string, string])[] {
    return rejections.map(({ component, reason }) => [this.#label(component), reason]);
  }

  #leftOut(input: DecisionInput, { plan }: Decision): readonly (readonly [string, string])[] {
    const held = new Map(
      [...Map.groupBy(plan.heldRemovals, ({ name }) => name)].map(([name, removals]) => [
        name,
        new Map(removals.map(({ component, reason }) => [component, reason])),
      ]),
    );
    return renderInput(input, judgeInput(input), held)
      .flatMap(({ outcome }) => outcome.leftOut)
      .flatMap((line) =>
        line.kind === 'left-out' ? [[`${this.#label(line.component)}/${line.instance}`, line.reason] as const] : [],
      );
  }

  #label(component: string): string {
    return this.#golden.labels.get(component) ?? component;
  }
}

/** An object as a person would write it: without what every object of ours carries. */
function asWritten(entry: ObservedEntry, { hub, cluster }: DecisionInput): unknown {
  const ours: Readonly<Record<string, string>> = { [OBJECT.managedBy]: OBJECT.managedByValue, [OBJECT.hub]: hub.name };
  const isOurs =
    entry.annotations[OBJECT.cluster] === cluster.name &&
    Object.entries(ours).every(([label, value]) => entry.labels[label] === value);
  const labels = Object.entries(entry.labels).filter(([label]) => !isOurs || !(label in ours));
  const annotations = Object.entries(entry.annotations).filter(([name]) => !isOurs || !BOOKKEEPING.has(name));
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: {
      name: entry.name,
      namespace: cluster.namespace,
      ...(labels.length === 0 ? {} : { labels: Object.fromEntries(labels) }),
      ...(annotations.length === 0 ? {} : { annotations: Object.fromEntries(annotations) }),
    },
    spec: entry.spec.raw,
  };
}

/** What each cluster of a case holds in the end. A cluster is known by its kubeconfig: its name may change. */
function federate(golden: GoldenCase): unknown {
  const clusters = golden.worlds.at(-1)?.configuration.clusters ?? [];
  const outcomes = clusters.map(({ name, kubeconfig }) => {
    const live = new GoldenCluster(golden, golden.foreign[name] ?? []);
    const seen = golden.worlds.flatMap((world) => {
      const cluster = world.configuration.clusters.find((one) => isDeepStrictEqual(one.kubeconfig, kubeconfig));
      return cluster === undefined ? [] : [live.live(world, cluster)];
    });
    return [name, seen.at(-1)] as const;
  });
  return JSON.parse(JSON.stringify(Object.fromEntries(outcomes)));
}

describe('golden cases', () => {
  it.each(readdirSync(CASES).sort())('%s', (name) => {
    const golden = readCase(join(CASES, name));
    expect(federate(golden)).toEqual(golden.expected);
  });
});
