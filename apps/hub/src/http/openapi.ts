import { SCHEMAS } from './openapi-schemas.generated.js';
import { PROBLEM_TYPE } from './problem.js';

type SchemaName = keyof typeof SCHEMAS;

/** One path of the hub: every request is a GET. */
interface PathDescription {
  readonly id: string;
  readonly summary: string;
  /** Of the answer 200: a schema of ours, or a description of what is no JSON of ours. */
  readonly answer: SchemaName | { readonly type: string; readonly schema: object };
  /** Other statuses than 200, and when they come. */
  readonly problems: Readonly<Record<string, string>>;
  /** What stands in the path. */
  readonly parameters?: Readonly<Record<string, string>>;
}

const STANDS_BY =
  'The hub is starting, this replica stands by (the detail names the leader), or nothing was decided yet.';
const NO_CLUSTER = 'No cluster of this name is configured.';
const CLUSTER = { name: 'Name of a configured cluster: `clusters[].name`.' };

const PATHS: Readonly<Record<string, PathDescription>> = {
  '/livez': {
    id: 'live',
    summary: 'Whether the process answers; nothing outside of it is looked at.',
    answer: { type: 'application/json', schema: objectOf({ status: { const: 'ok' } }) },
    problems: {},
  },
  '/readyz': {
    id: 'ready',
    summary: 'Whether this replica leads or could take over.',
    answer: {
      type: 'application/json',
      schema: objectOf({ status: { const: 'ready' }, role: { enum: ['leader', 'standby'] } }),
    },
    problems: { 503: 'It could not; `reasons` says why.' },
  },
  '/metrics': {
    id: 'metrics',
    summary: 'Metrics in the text format of Prometheus.',
    answer: { type: 'text/plain', schema: { type: 'string' } },
    problems: {},
  },
  '/api/v1/status': {
    id: 'status',
    summary:
      'How sources, clusters, the store and the lease stand; of a replica that stands by, what it knows from the store.',
    answer: 'HubStatus',
    problems: { 503: 'The hub is starting.' },
  },
  '/api/v1/clusters/{name}/plan': {
    id: 'plan',
    summary: 'What would be written to a cluster next, and what is held.',
    answer: 'PlanView',
    problems: { 404: NO_CLUSTER, 503: STANDS_BY },
    parameters: CLUSTER,
  },
  '/api/v1/clusters/{name}/components': {
    id: 'components',
    summary: 'Which Cloud Map services stand on the ServiceEntries of a cluster.',
    answer: 'ClusterComponents',
    problems: { 404: NO_CLUSTER, 503: STANDS_BY },
    parameters: CLUSTER,
  },
  '/api/v1/hosts/{host}': {
    id: 'explain',
    summary: 'Why each endpoint of a host is there, in each cluster, and why each other instance is not.',
    answer: 'HostExplanation',
    problems: {
      404: 'Nothing has this host; `near` names hosts like it, `refused` services that were refused one like it.',
      503: STANDS_BY,
    },
    parameters: { host: 'Host of a ServiceEntry.' },
  },
  '/api/openapi.json': {
    id: 'openapi',
    summary: 'This document.',
    answer: { type: 'application/json', schema: { type: 'object' } },
    problems: {},
  },
};

/** What this version answers over HTTP. Source of the form: OpenAPI 3.1. */
export function openapiDocument(version: string): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Isthmus',
      version,
      description: 'The read-only HTTP API of a hub. Times are ISO 8601; codes and reasons are of one catalogue.',
    },
    servers: [{ url: '/' }],
    paths: Object.fromEntries(Object.entries(PATHS).map(([path, one]) => [path, { get: operation(one) }])),
    components: { schemas: SCHEMAS },
  };
}

function operation({ id, summary, answer, problems, parameters = {} }: PathDescription): object {
  const { type, schema } = typeof answer === 'string' ? { type: 'application/json', schema: refTo(answer) } : answer;
  return {
    operationId: id,
    summary,
    parameters: Object.entries(parameters).map(([name, description]) => ({
      name,
      in: 'path',
      required: true,
      description,
      schema: { type: 'string' },
    })),
    responses: {
      200: { description: summary, content: { [type]: { schema } } },
      ...Object.fromEntries(
        Object.entries({ ...problems, default: 'Something went wrong.' }).map(([status, description]) => [
          status,
          { description, content: { [mediaTypeOf(PROBLEM_TYPE)]: { schema: refTo('Problem') } } },
        ]),
      ),
    },
  };
}

function mediaTypeOf(contentType: string): string {
  return contentType.replace(/;.*/, '');
}

function refTo(name: SchemaName): object {
  return { $ref: `#/components/schemas/${name}` };
}

function objectOf(properties: Readonly<Record<string, object>>): object {
  return { type: 'object', properties, required: Object.keys(properties) };
}
