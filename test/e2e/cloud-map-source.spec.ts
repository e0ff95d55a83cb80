import { jest } from '@jest/globals';
import type { Deviation } from '@isthmus/testing';
import { cloudMapSourceContract } from '@isthmus/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { liveRig, motoRig } from './cloud-map-rigs.js';
import { describeOn } from './servers/describe-on.js';
import { findMoto, Moto } from './servers/moto.js';
import { Missing } from './servers/server-cache.js';

const WORLD = { account: '111122223333', region: 'eu-west-1' };
const TROUBLES = ['throttle', 'access-denied', 'server-error', 'hang', 'reset', 'truncated-json'];

/** Where moto is known to be no Cloud Map. Each is tried, and one that is true no longer fails the suite. */
const MOTO_DEVIATIONS: readonly Deviation[] = [
  {
    requirement: 'asks for instances by the HttpName, where the name was used before',
    shows: 'Expected: not "shop"',
    reason: 'it looks namespaces up by their name, and has no other HttpName',
  },
  {
    requirement: 'lists 101 services of one namespace, page by page',
    shows: '+   101,',
    reason: 'its lists of services have one page, however long',
  },
  {
    requirement: 'reads on over pages that the filter left empty',
    shows: '+   "service-0"',
    reason: 'it ignores the filters of ListServices',
  },
  {
    requirement: 'raises the revision with each registration and deregistration, and not with health',
    shows: 'Expected: 4',
    reason: 'its revision is the number of instances that are there',
  },
  {
    requirement: 'says UNKNOWN where the service has no health check',
    shows: '+   "HEALTHY"',
    reason: 'every instance without a health check is HEALTHY',
  },
  ...TROUBLES.map((kind) => ({
    requirement: `is partial, with the pages before it, when page 2 of 3 ends in ${kind}`,
    shows: 'Received: "complete"',
    reason: 'its lists of services have one page, however long',
  })),
];

describeOn('moto', await findMoto(), (python) => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-moto-'));
  let moto: Moto;

  beforeAll(async () => {
    moto = await Moto.start(python, { ...WORLD, folder });
  });
  afterAll(async () => {
    await moto.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  cloudMapSourceContract('AWS adapter on moto', () => motoRig(moto, WORLD), { deviations: MOTO_DEVIATIONS });
});

const { ISTHMUS_AWS_ACCOUNT: account = '', AWS_REGION: region = '', ISTHMUS_AWS_ENDPOINT: endpoint } = process.env;

// Nobody's account is written to unless it was named.
if (account !== '') {
  const world = { account, region, ...(endpoint === undefined ? {} : { endpoint }) };
  describeOn('a live AWS account', region === '' ? new Missing('set AWS_REGION, too') : world, (live) => {
    // What takes milliseconds on a loopback takes minutes where an account may register some ten instances per second.
    jest.setTimeout(1_200_000);

    cloudMapSourceContract('AWS adapter on a live account', () => liveRig(live), {
      hasTrouble: false,
      untried: {
        'lists 101 services of one namespace, page by page': 'what else the account holds decides on the pages',
        'reads on over pages that the filter left empty': 'what else the account holds decides on the pages',
      },
    });
  });
}
