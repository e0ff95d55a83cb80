import { guardedLookup, refusedHost, refusedResolution } from './address-policy.js';

describe('refusedHost', () => {
  it.each([
    '169.254.169.254',
    'fe80::1',
    '::ffff:169.254.169.254',
    '0.0.0.0',
    '::',
    '224.0.0.1',
    '100.100.100.200',
    'Metadata.google.internal.',
  ])('refuses %s', (host) => expect(refusedHost(host)).toBeDefined());

  it.each(['10.0.0.1', '127.0.0.1', '::1', 'localhost', 'api.example.com', '2001:db8::1'])('allows %s', (host) =>
    expect(refusedHost(host)).toBeUndefined(),
  );
});

describe('refusedResolution', () => {
  it('refuses a name that resolves to a metadata service or, unless it is localhost, to loopback', () => {
    expect(refusedResolution('api.example.com', '169.254.169.254')).toBeDefined();
    expect(refusedResolution('api.example.com', '127.0.0.1')).toBeDefined();
    expect(refusedResolution('api.example.com', '::ffff:127.0.0.1')).toBeDefined();
    expect(refusedResolution('localhost', '127.0.0.1')).toBeUndefined();
    expect(refusedResolution('api.example.com', '10.0.0.1')).toBeUndefined();
  });
});

describe('guardedLookup', () => {
  it('passes on what it may', async () => {
    const address = await new Promise((resolve) => {
      guardedLookup('localhost', { family: 4 }, (_, found) => resolve(found));
    });
    expect(address).toBe('127.0.0.1');
  });

  it('fails on an address that no API server may have', async () => {
    const error = await new Promise((resolve) => {
      guardedLookup('169.254.169.254', { all: true }, (failure) => resolve(failure));
    });
    expect(error).toMatchObject({ code: 'ADDRESS_REFUSED' });
  });
});
