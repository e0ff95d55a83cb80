import type { CloudMapReply } from './answer.js';
import { CloudMapModel } from './cloud-map-model.js';
import type { CloudMapModelOptions } from './cloud-map-model.js';
import { parseCloudMapFaultRule } from './fault-rule.js';
import type { CloudMapFaultRule } from './faults.js';
import type { JsonObject } from './input.js';
import { CloudMapProblems } from './problems.js';
import { seededRandom } from './seeded-random.js';

const ACCOUNT = '111122223333';
const REGION = 'us-east-1';
const CART = { NamespaceName: 'shop', ServiceName: 'cart' };

function newModel(options: Partial<CloudMapModelOptions> = {}): CloudMapModel {
  const model = new CloudMapModel({ nowMs: () => 0, random: seededRandom(1), ...options });
  const services = { cart: { instances: { a: {}, b: {} } }, mail: { instances: { c: {} } }, pay: {} };
  model.seed({ accounts: { [ACCOUNT]: { [REGION]: { namespaces: { shop: { services } } } } } });
  return model;
}

function call(model: CloudMapModel, operation: string, input: JsonObject = {}, region = REGION): CloudMapReply {
  return model.call({ account: ACCOUNT, region, operation, input });
}

/** What came of a call in one word: ok, an error code, or what befell the connection. */
function outcome(reply: CloudMapReply): string {
  if (reply.kind === 'error') return reply.error.code;
  return reply.kind === 'success' ? 'ok' : reply.kind;
}

describe('faults', () => {
  it.each<[CloudMapFaultRule, string, string]>([
    [{ kind: 'throttle' }, 'ListServices', 'ThrottlingException'],
    [{ kind: 'throttle' }, 'DiscoverInstances', 'RequestLimitExceeded'],
    [{ kind: 'accessDenied' }, 'ListNamespaces', 'AccessDeniedException'],
    [{ kind: 'error500' }, 'DiscoverInstances', 'InternalFailure'],
    [{ kind: 'hang' }, 'DiscoverInstances', 'hang'],
    [{ kind: 'reset' }, 'DiscoverInstances', 'reset'],
    [{ kind: 'outage', mode: 'hang' }, 'ListNamespaces', 'hang'],
    [{ kind: 'outage', mode: 'refuse' }, 'ListNamespaces', 'reset'],
    [{ kind: 'truncatedJson' }, 'ListServices', 'truncated'],
  ])('make of %j on %s: %s', (rule, operation, expected) => {
    const model = newModel();
    model.faults.set(rule);
    expect(outcome(call(model, operation, CART))).toBe(expected);
  });

  it('empty every list that is asked for, with the revision as it is', () => {
    const model = newModel();
    model.faults.set({ kind: 'emptyAnswer' });
    const bodies = ['ListNamespaces', 'ListServices', 'DiscoverInstances'].map((operation) =>
      call(model, operation, CART),
    );
    expect(bodies).toMatchObject([
      { body: { Namespaces: [] } },
      { body: { Services: [] } },
      { body: { Instances: [], InstancesRevision: 2 } },
    ]);
  });

  it('empty an answer and move its revision ahead, as the most convincing lie', () => {
    const model = newModel();
    model.faults.set({ kind: 'emptyAnswer', revisionsAhead: 1 });
    expect(call(model, 'DiscoverInstances', CART)).toMatchObject({ body: { Instances: [], InstancesRevision: 3 } });
  });

  it('answer an emptied page without a token', () => {
    const model = newModel();
    model.faults.set({ kind: 'emptyAnswer' });
    expect(call(model, 'ListServices', { MaxResults: 1 })).toMatchObject({ body: { Services: [] } });
    expect(call(model, 'ListServices', { MaxResults: 1 })).not.toHaveProperty('body.NextToken');
  });

  it('throttle one page of a listing and no other', () => {
    const model = newModel();
    model.faults.set({ kind: 'failPage', page: 2, operation: 'ListServices' });
    const first = call(model, 'ListServices', { MaxResults: 1 });
    const NextToken = first.kind === 'success' ? first.body['NextToken'] : undefined;
    const second = { MaxResults: 1, NextToken };
    expect([outcome(first), outcome(call(model, 'ListServices', second))]).toEqual(['ok', 'ThrottlingException']);
    model.faults.clear();
    const answer = call(model, 'ListServices', second);
    expect(answer).toMatchObject({ body: { Services: [{ Name: 'mail' }] } });
  });

  it('answer from an older revision, with the members of that revision', () => {
    const model = newModel();
    const place = { account: ACCOUNT, region: REGION, namespace: 'shop', service: 'cart' };
    model.removeInstance({ ...place, id: 'a' });
    model.removeInstance({ ...place, id: 'b' });
    model.faults.set({ kind: 'staleRevision', revisionsBack: 1 });
    expect(call(model, 'DiscoverInstances', CART)).toMatchObject({
      body: { Instances: [{ InstanceId: 'b' }], InstancesRevision: 3 },
    });
    expect(call(model, 'DiscoverInstancesRevision', CART)).toMatchObject({ body: { InstancesRevision: 3 } });
  });

  it('add their latencies up and go on to the answer', () => {
    const model = newModel();
    model.faults.set({ kind: 'latency', latencyMs: 100, region: REGION });
    model.faults.set({ kind: 'latency', latencyMs: 20, operation: 'ListServices' });
    expect(call(model, 'ListServices')).toMatchObject({ kind: 'success', latencyMs: 120 });
    expect(call(model, 'ListNamespaces')).toMatchObject({ kind: 'success', latencyMs: 100 });
  });

  it('end after so many times', () => {
    const model = newModel();
    model.faults.set({ kind: 'throttle', times: 2 });
    const outcomes = [1, 2, 3].map(() => outcome(call(model, 'ListServices')));
    expect(outcomes).toEqual(['ThrottlingException', 'ThrottlingException', 'ok']);
    expect(model.faults.list()).toEqual([]);
  });

  it.each<[string, CloudMapFaultRule]>([
    ['another region', { kind: 'throttle', region: 'eu-west-1' }],
    ['another account', { kind: 'throttle', account: '999999999999' }],
    ['another operation', { kind: 'throttle', operation: 'ListServices' }],
    ['the other plane', { kind: 'throttle', plane: 'control' }],
    ['another service', { kind: 'throttle', service: 'mail' }],
    ['another page', { kind: 'failPage', page: 2 }],
  ])('leave calls alone when they are about %s', (_, rule) => {
    const model = newModel();
    model.faults.set(rule);
    expect(outcome(call(model, 'DiscoverInstances', CART))).toBe('ok');
  });

  it.each<[string, CloudMapFaultRule, string, JsonObject]>([
    ['an answer without a list cannot be empty', { kind: 'emptyAnswer' }, 'DiscoverInstancesRevision', CART],
    ['the control plane has no revision', { kind: 'staleRevision', revisionsBack: 1 }, 'ListServices', {}],
  ])('are kept for a call that they can meet: %s', (_, rule, operation, input) => {
    const model = newModel();
    model.faults.set({ ...rule, times: 1 });
    call(model, operation, input);
    expect(model.callLog.count({ outcome: 'ok' })).toBe(1);
    expect(model.faults.list()).toHaveLength(1);
  });

  it('are cleared one by one', () => {
    const model = newModel();
    const { id } = model.faults.set({ kind: 'throttle', region: REGION });
    model.faults.set({ kind: 'hang', region: 'eu-west-1' });
    model.faults.clear(id);
    expect(model.faults.list()).toMatchObject([{ kind: 'hang' }]);
    expect(outcome(call(model, 'ListServices'))).toBe('ok');
  });
});

describe('parseCloudMapFaultRule', () => {
  it('reads a rule with its scope', () => {
    const rule = { kind: 'failPage', page: 2, region: REGION, operation: 'ListServices', times: 1 };
    expect(parseCloudMapFaultRule(rule)).toEqual(rule);
  });

  it.each<[string, unknown, string[]]>([
    ['nothing', undefined, ['', 'kind']],
    ['an unknown kind', { kind: 'flood' }, ['kind']],
    ['a missing detail', { kind: 'failPage' }, ['page']],
    ['a detail of another kind', { kind: 'hang', latencyMs: 5 }, ['latencyMs']],
    ['an unknown member', { kind: 'hang', regoin: 'x' }, ['regoin']],
    ['a plane that is none', { kind: 'hang', plane: 'both' }, ['plane']],
    ['zero times', { kind: 'hang', times: 0 }, ['times']],
  ])('refuses %s and names the place', (_, value, places) => {
    const problems = (): readonly string[] => {
      try {
        parseCloudMapFaultRule(value);
      } catch (error) {
        return error instanceof CloudMapProblems ? error.problems.map(({ place }) => place) : [];
      }
      return [];
    };
    expect(problems()).toEqual(places);
  });
});

describe('request rates', () => {
  it('are those of AWS on demand: ListServices takes a burst of 10 and 2 a second, each region for itself', () => {
    const model = newModel({ limits: 'aws' });
    const listing = (count: number, region = REGION): string[] =>
      Array.from({ length: count }, () => outcome(call(model, 'ListServices', {}, region)));
    expect(listing(11)).toEqual([...Array.from({ length: 10 }, () => 'ok'), 'ThrottlingException']);
    expect(listing(1, 'eu-west-1')).toEqual(['ok']);
    model.advanceMs(1000);
    expect(listing(3)).toEqual(['ok', 'ok', 'ThrottlingException']);
  });

  it('answer RequestLimitExceeded on the data plane', () => {
    const model = newModel({ limits: { DiscoverInstances: { ratePerSecond: 1, burst: 1 } } });
    const outcomes = [1, 2].map(() => outcome(call(model, 'DiscoverInstances', CART)));
    expect(outcomes).toEqual(['ok', 'RequestLimitExceeded']);
  });

  it('are off unless asked for', () => {
    const model = newModel();
    expect(Array.from({ length: 50 }, () => outcome(call(model, 'ListNamespaces')))).not.toContain(
      'ThrottlingException',
    );
  });
});

describe('the call log', () => {
  it('notes who asked what, which page, and what came of it', () => {
    const model = newModel();
    call(model, 'DiscoverInstances', { ...CART, MaxResults: 1000 });
    call(model, 'GetService', { Id: 'srv-none' });
    expect(model.callLog.calls()).toEqual([
      {
        seq: 1,
        atMs: 0,
        account: ACCOUNT,
        region: REGION,
        plane: 'data',
        operation: 'DiscoverInstances',
        parameters: { ...CART, MaxResults: 1000 },
        page: undefined,
        outcome: 'ok',
      },
      {
        seq: 2,
        atMs: 0,
        account: ACCOUNT,
        region: REGION,
        plane: 'control',
        operation: 'GetService',
        parameters: { Id: 'srv-none' },
        page: undefined,
        outcome: 'ServiceNotFound',
      },
    ]);
  });

  it('numbers the pages of a listing', () => {
    const model = newModel();
    const first = call(model, 'ListServices', { MaxResults: 2 });
    if (first.kind === 'success') call(model, 'ListServices', { MaxResults: 2, NextToken: first.body['NextToken'] });
    expect(model.callLog.calls().map(({ page }) => page)).toEqual([1, 2]);
  });

  it('keeps the latest calls and counts them all', () => {
    const model = newModel({ callLogSize: 3 });
    for (let number = 0; number < 20; number += 1) call(model, 'ListServices');
    call(model, 'ListServices', {}, 'eu-west-1');
    expect(model.callLog.calls().map(({ seq }) => seq)).toEqual([19, 20, 21]);
    expect(model.callLog.count({ operation: 'ListServices' })).toBe(21);
    expect(model.callLog.count({ region: REGION, outcome: 'ok' })).toBe(20);
  });

  it('begins anew after a reset', () => {
    const model = newModel();
    call(model, 'ListServices');
    model.callLog.reset();
    expect(model.callLog.calls()).toEqual([]);
    expect(model.callLog.count()).toBe(0);
  });

  it('leaves out what is carried out behind its back', () => {
    const model = newModel();
    model.faults.set({ kind: 'hang' });
    model.execute({ account: ACCOUNT, region: REGION, operation: 'ListServices', input: {} });
    expect(model.callLog.count()).toBe(0);
  });
});

describe('accountOf', () => {
  it('takes the seeded account of a key, then the digits in it, then the only account there is', () => {
    const model = newModel();
    model.seed({ accessKeys: { AKIDEXAMPLE: '444455556666' } });
    const keys = ['AKIDEXAMPLE', 'AKIA777788889999', 'anything'];
    expect(keys.map((key) => model.accountOf(key))).toEqual(['444455556666', '777788889999', ACCOUNT]);
  });

  it('knows no account for any other key once there are two', () => {
    const model = newModel();
    model.seed({ accounts: { '444455556666': { [REGION]: { namespaces: { other: {} } } } } });
    expect(model.accountOf('anything')).toBeUndefined();
  });
});

describe('an action that is not emulated', () => {
  it('is UnknownOperationException', () => {
    expect(outcome(call(newModel(), 'UpdateService'))).toBe('UnknownOperationException');
  });
});
