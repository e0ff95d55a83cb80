import type { ClusterName, Code, EntryName, Json, NameFilter, ObservedEntry, Result, Snapshot } from '@isthmus/model';
import { clusterName, err, OBJECT, ok } from '@isthmus/model';
import { z } from 'zod';

import type { PreviousEntries } from './moving-entries.js';
import { codeSchema, encodeSnapshot, firstProblem, snapshotSchema } from './snapshot-codec.js';

/** What was read once of every source and every cluster: enough to plan from, now or later. */
export interface PlanInput {
  readonly readAtMs: number;
  readonly sources: readonly SourceRead[];
  readonly clusters: readonly ClusterRead[];
}

/** One source as it was read once. */
export interface SourceRead {
  /** What it was asked for: a configuration that asks for more sees less than there is. */
  readonly namespaces: NameFilter;
  readonly services: NameFilter;
  readonly snapshot: Snapshot;
  /** What could not be read; empty: the reading is complete. */
  readonly problems: readonly ReadProblem[];
}

/** Something that could not be read, and why. */
export interface ReadProblem {
  readonly what: string;
  readonly code: Code;
  readonly message: string;
}

/** The ServiceEntries of one cluster's namespaces, or why they could not be read. */
export interface ClusterRead {
  readonly name: ClusterName;
  readonly namespace: string;
  readonly entries: readonly ObservedEntry[];
  /** Namespaces from which the entries move, with what a hub made there. */
  readonly previous: readonly PreviousEntries[];
  /** The API server's time. */
  readonly serverTimeMs: number;
  readonly problem: ReadProblem | undefined;
}

/** Schema of the saved file: another one is refused. */
const SCHEMA = 'isthmus.dev/plan-input/v1';

/**
 * What was read, as JSON. It holds no credential; of objects that another hub or person made only names, hosts and
 * owners, because nothing else of them is looked at.
 */
export function encodePlanInput({ readAtMs, sources, clusters }: PlanInput): Json {
  return {
    schema: SCHEMA,
    readAt: new Date(readAtMs).toISOString(),
    sources: sources.map((source) => ({ ...plain(source), snapshot: encodeSnapshot(source.snapshot) })),
    clusters: clusters.map((cluster) => ({
      ...plain({ ...cluster, entries: cluster.entries.map(withoutForeignContent) }),
      problem: plain(cluster.problem ?? null),
    })),
  };
}

/** What a saved file holds, or what is wrong with it. */
export function decodePlanInput(text: string): Result<PlanInput, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return err(`it is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const schema = z.looseObject({ schema: z.string() }).safeParse(value);
  if (!schema.success) return err('it was not written by `isthmus plan --save-snapshot`: it names no schema');
  if (schema.data.schema !== SCHEMA) return err(`its schema is ${schema.data.schema}; this version reads ${SCHEMA}`);
  const decoded = document.safeParse(value);
  return decoded.success ? ok(decoded.data) : err(firstProblem(decoded.error));
}

function plain(value: unknown): { readonly [key: string]: Json | undefined } {
  return JSON.parse(JSON.stringify(value)) as { readonly [key: string]: Json | undefined };
}

function withoutForeignContent(entry: ObservedEntry): ObservedEntry {
  if (entry.labels[OBJECT.managedBy] === OBJECT.managedByValue) return entry;
  return { ...entry, labels: {}, annotations: {}, spec: { hosts: entry.spec.hosts, raw: null } };
}

const texts = z.record(z.string(), z.string());
const filter = z.strictObject({ include: z.array(z.string()), exclude: z.array(z.string()) });
const problem = z.strictObject({ what: z.string(), code: codeSchema, message: z.string() });

const entry = z.strictObject({
  name: z.string().transform((name) => name as EntryName),
  uid: z.string(),
  resourceVersion: z.string(),
  generation: z.int().min(0),
  labels: texts,
  annotations: texts,
  owners: z.array(z.string()),
  isTerminating: z.boolean(),
  spec: z.strictObject({ hosts: z.array(z.string()), raw: z.json() }),
});

const document = z
  .strictObject({
    schema: z.literal(SCHEMA),
    readAt: z.iso.datetime(),
    sources: z.array(
      z.strictObject({ namespaces: filter, services: filter, snapshot: snapshotSchema, problems: z.array(problem) }),
    ),
    clusters: z.array(
      z.strictObject({
        name: z.string().transform(clusterName),
        namespace: z.string(),
        entries: z.array(entry),
        previous: z.array(z.strictObject({ namespace: z.string(), entries: z.array(entry) })),
        serverTimeMs: z.number().min(0),
        problem: problem.nullable().transform((value) => value ?? undefined),
      }),
    ),
  })
  .transform(({ readAt, sources, clusters }): PlanInput => ({ readAtMs: Date.parse(readAt), sources, clusters }));
