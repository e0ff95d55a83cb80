import { isUnknownScript, translateError } from './translate-error.js';

function reply(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError', command: { name: 'auth', args: ['hunter2'] } });
}

const system = (code: string): Error => Object.assign(new Error(`connect ${code} 10.0.0.1:6379`), { code });

const sentinels = (last: string): Error =>
  new Error(`All sentinels are unreachable. Retrying from scratch after 100ms. Last error: ${last}`);

describe('translateError', () => {
  it.each([
    ['WRONGPASS invalid username-password pair or user is disabled.', 'store-refused'],
    ['NOAUTH Authentication required.', 'store-refused'],
    ["NOPERM this user has no permissions to run the 'xadd' command", 'store-refused'],
    ["READONLY You can't write against a read only replica.", 'store-read-only'],
    ['NOREPLICAS Not enough good replicas to write.', 'store-read-only'],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'store-full'],
    ['LOADING Redis is loading the dataset in memory', 'store-busy'],
    ['BUSY Redis is busy running a script.', 'store-busy'],
    ['ERR value is not an integer', 'server-error'],
    ["ERR The user executing the script can't run this command or subcommand script: 1f", 'store-refused'],
    ['ERR Error running script: OOM command not allowed', 'store-full'],
  ])('knows what Redis means by %s', (message, code) => {
    expect(translateError(reply(message), 'evalsha')).toMatchObject({ code });
  });

  it('says which command the ACL refuses', () => {
    const error = translateError(reply("NOPERM this user has no permissions to run the 'xadd' command"), 'evalsha');
    expect(error.message).toBe('evalsha: Redis answered NOPERM for xadd');
  });

  it('calls a command without an answer a timeout, because it may have been carried out', () => {
    expect(translateError(new Error('Command timed out'), 'renewLease')).toMatchObject({
      code: 'timeout',
      message: 'renewLease: no answer in time; it may have been carried out',
    });
  });

  it.each([
    ['network', new Error("Stream isn't writeable and enableOfflineQueue options is false"), undefined],
    ['network', new Error('Connection is closed.'), system('ECONNREFUSED')],
    ['tls', new Error('Connection is closed.'), system('SELF_SIGNED_CERT_IN_CHAIN')],
    ['store-refused', new Error('Connection is closed.'), reply('WRONGPASS invalid username-password pair')],
    ['store-refused', new Error('Connection is closed.'), sentinels('NOAUTH Authentication required.')],
    ['store-refused', new Error('Connection is closed.'), sentinels('WRONGPASS invalid username-password pair')],
    ['network', new Error('Connection is closed.'), sentinels('connect ECONNREFUSED 10.0.0.1:26379')],
    ['network', new Error('Connection is closed.'), new Error('All sentinels are unreachable.')],
  ])('says %s of a connection that is down, by what took it down', (code, error, connectionError) => {
    expect(translateError(error, 'get', connectionError)).toMatchObject({ code });
  });

  it('keeps nothing of what was sent: arguments hold passwords and snapshots', () => {
    const error = translateError(reply('WRONGPASS hunter2'), 'auth', reply('WRONGPASS hunter2'));
    expect(JSON.stringify([error, error.message, error.stack, error.cause, error.context])).not.toContain('hunter2');
  });
});

describe('isUnknownScript', () => {
  it('is true of NOSCRIPT only: nothing was carried out then', () => {
    expect(isUnknownScript(reply('NOSCRIPT No matching script.'))).toBe(true);
    expect(isUnknownScript(reply('ERR NOSCRIPT'))).toBe(false);
    expect(isUnknownScript(new Error('NOSCRIPT'))).toBe(false);
  });
});
