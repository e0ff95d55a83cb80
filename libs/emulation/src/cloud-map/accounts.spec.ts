import { CloudMapModel } from './cloud-map-model.js';
import { seededRandom } from './seeded-random.js';
import { ACCOUNT, codeOf, CONSUMER, newModel, records, REGION, run } from './catalogue.spec-rig.js';

describe('a shared namespace', () => {
  const shared = { shop: { sharedWith: [CONSUMER], services: { cart: { instances: { a: {} } } } } };

  it('is listed for the consumer with its owner, and its services too', () => {
    const model = newModel(shared);
    const [namespace] = records(run(model, 'ListNamespaces', {}, CONSUMER), 'Namespaces');
    expect(namespace).toMatchObject({ Name: 'shop', ResourceOwner: ACCOUNT });
    expect(records(run(model, 'ListServices', {}, CONSUMER), 'Services')).toHaveLength(1);
  });

  it('is read by ARN, never by id', () => {
    const model = newModel(shared);
    const [namespace] = records(run(model, 'ListNamespaces', {}, CONSUMER), 'Namespaces');
    expect(run(model, 'GetNamespace', { Id: namespace?.['Arn'] }, CONSUMER)).toMatchObject({
      Namespace: { Name: 'shop' },
    });
    expect(codeOf(() => run(model, 'GetNamespace', { Id: namespace?.['Id'] }, CONSUMER))).toBe('NamespaceNotFound');
  });

  it('is discovered with OwnerAccount only', () => {
    const model = newModel(shared);
    const input = { NamespaceName: 'shop', ServiceName: 'cart' };
    expect(codeOf(() => run(model, 'DiscoverInstances', input, CONSUMER))).toBe('NamespaceNotFound');
    const body = run(model, 'DiscoverInstances', { ...input, OwnerAccount: ACCOUNT }, CONSUMER);
    expect(records(body, 'Instances')).toHaveLength(1);
  });

  it('vanishes as a whole when it is no longer shared', () => {
    const model = newModel(shared);
    model.seed({ accounts: { [ACCOUNT]: { [REGION]: { namespaces: { shop: { sharedWith: [] } } } } } });
    expect(records(run(model, 'ListNamespaces', {}, CONSUMER), 'Namespaces')).toEqual([]);
    expect(records(run(model, 'ListServices', {}, CONSUMER), 'Services')).toEqual([]);
  });
});

describe('worlds', () => {
  it('of other regions and accounts are empty, and reading them adds no account', () => {
    const model = newModel({ shop: {} });
    const body = model.execute({ account: ACCOUNT, region: 'eu-west-1', operation: 'ListNamespaces', input: {} });
    expect(body).toEqual({ Namespaces: [] });
    expect(run(model, 'ListNamespaces', {}, CONSUMER)).toEqual({ Namespaces: [] });
    expect(model.accounts()).toEqual([ACCOUNT]);
  });

  it.each([
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['us-isob-east-1', 'aws-iso-b'],
    ['eu-west-1', 'aws'],
  ])('in %s have ARNs of partition %s', (region, partition) => {
    const model = new CloudMapModel({ nowMs: () => 0, random: seededRandom(1) });
    model.seed({ accounts: { [ACCOUNT]: { [region]: { namespaces: { shop: {} } } } } });
    const body = model.execute({ account: ACCOUNT, region, operation: 'ListNamespaces', input: {} });
    expect(records(body, 'Namespaces')[0]?.['Arn']).toContain(`arn:${partition}:`);
  });
});
