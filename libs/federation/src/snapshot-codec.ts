import type { Code, ComponentKey, Instance, Json, Result, ServiceState, Snapshot } from '@isthmus/model';
import { CODES, componentKey, err, ok, sourceName } from '@isthmus/model';
import type { SnapshotCodec, SnapshotFrame } from '@isthmus/ports';
import { z } from 'zod';

import { decodeInstances } from './decode-instances.js';
import { decodeNameLists, decodeRows, NameLists } from './instance-table.js';

/** A snapshot as JSON: maps are lists of pairs, and what is undefined is null. */
export function encodeSnapshot(snapshot: Snapshot): Json {
  return JSON.parse(JSON.stringify(snapshot, plainValue)) as Json;
}

/** The snapshot in a JSON value, or what is wrong with it and where: nothing that is not understood is let through. */
export function decodeSnapshot(value: unknown): Result<Snapshot, string> {
  return decode(snapshotSchema, value);
}

/** The first problem of a value that does not fit: `services[3].reading: Invalid input`. */
export function firstProblem({ issues: [issue] }: z.ZodError): string {
  if (issue === undefined) return 'it does not fit';
  const path = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return `${path.replace(/^\./, '') || 'the whole'}: ${issue.message}`;
}

function plainValue(_key: string, value: unknown): unknown {
  if (value === undefined) return null;
  return value instanceof Map ? [...value] : value;
}

/** A value that may be undefined, written as null. */
function orNull<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullable().transform((value): z.output<Schema> | undefined => value ?? undefined);
}

const time = z.number().min(0);
const count = z.int().min(0);
const text = z.string().max(4096);

/** A code of the catalogue. */
export const codeSchema = z
  .string()
  .refine((code): code is Code => Object.hasOwn(CODES, code), 'no code of this version');

const errorReport = z.strictObject({ code: codeSchema, message: z.string(), sinceMs: time });

const instances = z.unknown().transform((value, context): readonly Instance[] => {
  const decoded = decodeInstances(value);
  if (decoded.ok) return decoded.value;
  context.addIssue({ code: 'custom', message: decoded.error });
  return z.NEVER;
});

const identity = z.strictObject({
  partition: text,
  region: text,
  ownerAccount: text,
  namespaceId: text,
  serviceId: text,
});

const service = z
  .strictObject({
    key: text.transform((key) => key as ComponentKey),
    identity,
    namespaceName: text,
    httpName: text,
    serviceName: text,
    createdAtMs: time,
    isShared: z.boolean(),
  })
  .refine(({ key, identity }) => componentKey(identity) === key, 'the key is not that of the identity');

const reading = {
  revision: count,
  observedAtMs: time,
  completeness: z.enum(['complete', 'partial', 'restored']),
  overrulesRevision: orNull(count),
};

const state = {
  service,
  knownFrom: z.enum(['catalogue', 'live']),
  emptiness: orNull(
    z.strictObject({
      reads: count,
      firstAtMs: time,
      lastAtMs: time,
      revision: count,
      observedAtMs: time,
      isConfirmed: z.boolean(),
    }),
  ),
  regression: orNull(z.strictObject({ reads: count, firstAtMs: time, revision: count })),
  floor: orNull(z.strictObject({ revision: count, observedAtMs: time, isEmpty: z.boolean() })),
  absence: orNull(z.strictObject({ passesAtMs: z.array(time), notFoundAtMs: orNull(time) })),
  firstSeenAtMs: time,
  changedAtMs: orNull(time),
};
const serviceState = z.strictObject({ ...state, reading: orNull(z.strictObject({ ...reading, instances })) });
/** As in a store: `instances` are rows that refer to lists of names beside the services. */
const storedService = z.strictObject({
  ...state,
  reading: orNull(z.strictObject({ ...reading, instances: z.unknown() })),
});
const storedServices = z.strictObject({ names: z.unknown(), services: z.array(storedService) });

/** All of a snapshot but its services. Typed as the model has it: a field that is added there and forgotten here does not compile. */
const frameFields = {
  source: text.transform(sourceName),
  region: text,
  version: count,
  account: orNull(text),
  keptAttributes: z.array(text),
  catalogue: z.strictObject({
    lastCompleteAtMs: orNull(time),
    error: orNull(errorReport),
    namespaceIds: z.array(text),
  }),
};
const frameSchema: z.ZodType<SnapshotFrame> = z.strictObject(frameFields);

export const snapshotSchema: z.ZodType<Snapshot> = z.strictObject({
  ...frameFields,
  services: z
    .array(z.tuple([text, serviceState]))
    .refine((pairs) => pairs.every(([key, state]) => key === state.service.key), 'a service stands under another key')
    .transform((pairs) => new Map(pairs.map(([, state]) => [state.service.key, state]))),
});

/** For stores that keep the parts of a snapshot apart. */
export const snapshotCodec: SnapshotCodec = {
  encode: (part) =>
    'frame' in part ? JSON.stringify(part.frame, plainValue) : JSON.stringify(plainServices(part.services)),
  decodeFrame: (value) => decode(frameSchema, value),
  decodeServices: (value) => {
    const stored = decode(storedServices, value);
    return stored.ok ? withInstances(stored.value) : stored;
  },
};

function plainServices(states: readonly ServiceState[]): unknown {
  const names = new NameLists();
  const services = states.map((state) => plainService(state, names));
  return { names: names.lists, services };
}

/** A service without maps and undefined members: with a replacer, JSON.stringify takes four times as long. */
function plainService(state: ServiceState, names: NameLists): unknown {
  const { reading, emptiness, regression, floor, absence, changedAtMs } = state;
  return {
    ...state,
    reading:
      reading === undefined
        ? null
        : {
            ...reading,
            instances: reading.instances.map((instance) => names.rowOf(instance)),
            overrulesRevision: reading.overrulesRevision ?? null,
          },
    emptiness: emptiness ?? null,
    regression: regression ?? null,
    floor: floor ?? null,
    absence: absence === undefined ? null : { ...absence, notFoundAtMs: absence.notFoundAtMs ?? null },
    changedAtMs: changedAtMs ?? null,
  };
}

function withInstances({ names, services }: z.output<typeof storedServices>): Result<readonly ServiceState[], string> {
  const lists = decodeNameLists(names);
  if (!lists.ok) return lists;
  const states: ServiceState[] = [];
  for (const { reading, ...state } of services) {
    if (reading === undefined) {
      states.push({ ...state, reading });
      continue;
    }
    const instances = decodeRows(reading.instances, lists.value);
    if (!instances.ok) return err(`services[${states.length}].reading: ${instances.error}`);
    states.push({ ...state, reading: { ...reading, instances: instances.value } });
  }
  return ok(states);
}

function decode<Part>(schema: z.ZodType<Part>, value: unknown): Result<Part, string> {
  const decoded = schema.safeParse(value);
  return decoded.success ? ok(decoded.data) : err(firstProblem(decoded.error));
}
