import type { SourceSettings } from '@isthmus/model';
import { source } from '@isthmus/testing';
import type { Clients } from './clients.js';
import { createClients } from './clients.js';

const TIMEOUTS = { connectMs: 1_000, requestMs: 1_000, callMs: 1_000 };
const KEYS = { accessKeyId: 'AKIATESTTESTTESTTEST', secretAccessKey: 'secret' };

function clientsOf(changes: Partial<Omit<SourceSettings, 'name'>> = {}): Clients {
  const credentials = () => Promise.resolve(KEYS);
  return createClients({ settings: source(changes), credentials, timeouts: TIMEOUTS, attempts: 3 });
}

describe('createClients', () => {
  it('gives each plane a client and sockets of its own', () => {
    const { control, data } = clientsOf();
    expect(control).not.toBe(data);
    expect(control.config.requestHandler).not.toBe(data.config.requestHandler);
  });

  it('tries again in mode standard, never adaptive', async () => {
    const { control, data } = clientsOf();
    const strategies = await Promise.all([control, data].map(({ config }) => config.retryStrategy()));
    expect(strategies).toMatchObject([{ mode: 'standard' }, { mode: 'standard' }]);
  });

  it('sends to another endpoint as it stands, without the prefix of the data plane', () => {
    const endpoint = { control: 'https://sd.example.com', data: 'https://sd.example.com' };
    const isPrefixOff = ({ control, data }: Clients) => [control, data].map(({ config }) => config.disableHostPrefix);
    expect(isPrefixOff(clientsOf({ endpoint }))).toEqual([true, true]);
    expect(isPrefixOff(clientsOf())).toEqual([false, false]);
  });
});
