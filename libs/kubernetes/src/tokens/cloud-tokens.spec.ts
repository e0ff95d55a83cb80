import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { aksTokens } from './aks-token.js';
import { gkeTokens } from './gke-token.js';
import type { TokenSurroundings } from './surroundings.js';
import type { ClusterToken } from './token-source.js';

const NOW_MS = Date.UTC(2026, 0, 1);
const ASSERTION = 'eyJhbGciOi.eyJzdWIiOi-canary-assertion.c2ln';
const TENANT = '11111111-2222-3333-4444-555555555555';
const CLIENT = '66666666-7777-8888-9999-000000000000';
const signal = new AbortController().signal;

interface Asked {
  readonly method: string | undefined;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Entra, Google STS, Google IAM and the metadata server, as far as they are asked. */
describe('tokens of a cloud', () => {
  let server: Server;
  let url: string;
  let asked: Asked[];
  let answers: { status: number; body: unknown }[];
  let files: Map<string, string>;
  let env: Record<string, string | undefined>;
  beforeEach(async () => {
    [asked, answers, files] = [[], [], new Map([['/token', `${ASSERTION}\n`]])];
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        asked.push({ method: request.method, path: request.url ?? '', headers: request.headers, body });
        const answer = answers.shift() ?? { status: 200, body: { access_token: 'canary-access', expires_in: 3600 } };
        response.writeHead(answer.status, { 'content-type': 'application/json' });
        response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    env = { AZURE_AUTHORITY_HOST: `${url}/`, AZURE_FEDERATED_TOKEN_FILE: '/token' };
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const around = (): TokenSurroundings => ({
    env,
    readText: (path) => {
      const text = files.get(path);
      return text === undefined
        ? Promise.reject(Object.assign(new Error(path), { code: 'ENOENT' }))
        : Promise.resolve(text);
    },
    nowMs: () => NOW_MS,
  });
  const shown = ({ token, expiresAtMs }: ClusterToken): unknown => [token.reveal(), expiresAtMs];

  describe('of AKS', () => {
    const mint = (options = { tenantId: TENANT as string | undefined, clientId: CLIENT as string | undefined }) =>
      aksTokens(options, around())(signal);

    it('exchanges the federated token at Entra for one of the AKS server application', async () => {
      expect(shown(await mint())).toEqual(['canary-access', NOW_MS + 3_600_000]);
      expect(asked).toMatchObject([
        {
          method: 'POST',
          path: `/${TENANT}/oauth2/v2.0/token`,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        },
      ]);
      expect(Object.fromEntries(new URLSearchParams(asked[0]?.body))).toEqual({
        grant_type: 'client_credentials',
        client_id: CLIENT,
        scope: '6dae42f8-4368-4678-94ff-3960e28e3630/.default',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: ASSERTION,
      });
    });

    it('takes tenant and client from the environment that workload identity sets, and reads the token anew each time', async () => {
      env = { ...env, AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: CLIENT };
      await mint({ tenantId: undefined, clientId: undefined });
      files.set('/token', 'another');
      await mint({ tenantId: undefined, clientId: undefined });
      const assertions = asked.map(({ body }) => new URLSearchParams(body).get('client_assertion'));
      expect(assertions).toEqual([ASSERTION, 'another']);
    });

    it('says what Entra says of a refusal, without the token that it repeats', async () => {
      const description = `AADSTS70021: No matching federated identity record found for ${ASSERTION}`;
      answers.push({ status: 401, body: { error: 'invalid_client', error_description: description } });
      const error = await mint().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'token-unavailable', context: { status: 401 } });
      expect(inspect(error, { depth: 9 })).toContain(
        'AADSTS70021: No matching federated identity record found for [redacted]',
      );
      expect(inspect(error, { depth: 9 })).not.toContain('canary');
    });

    it.each([
      ['is no JSON', 200, '{"access_token":"canary-access'],
      ['has no token', 200, { token_type: 'Bearer', expires_in: 3600, canary: 'canary-access' }],
      ['has a token that no header can carry', 200, { access_token: 'canary access\n', expires_in: 3600 }],
      ['does not say the end', 200, { access_token: 'canary-access', expires_in: 'canary' }],
      ['comes from a proxy', 502, '<html>canary-access</html>'],
    ])('takes no answer that %s, and repeats nothing of it', async (_what, status, body) => {
      answers.push({ status, body });
      const error = await mint().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'token-unavailable' });
      expect(inspect(error, { depth: 9 })).not.toContain('canary');
    });

    it.each([
      ['no tenant', () => mint({ tenantId: undefined, clientId: CLIENT }), /AZURE_TENANT_ID is not set/],
      ['no federated token', () => ((env['AZURE_FEDERATED_TOKEN_FILE'] = ''), mint()), /label the pod/],
      ['no file', () => (files.clear(), mint()), /cannot be read from \/token \(ENOENT\)/],
      ['an issuer in clear text', () => ((env['AZURE_AUTHORITY_HOST'] = 'http://entra.example.com'), mint()), /https/],
    ])('says what is missing: %s', async (_what, ask, message) => {
      await expect(ask()).rejects.toMatchObject({ code: 'token-unavailable', message: expect.stringMatching(message) });
      expect(asked).toEqual([]);
    });

    it('says that Entra cannot be reached', async () => {
      env['AZURE_AUTHORITY_HOST'] = 'http://127.0.0.1:1';
      await expect(mint()).rejects.toMatchObject({ code: 'token-unavailable', context: { code: 'network' } });
    });
  });

  describe('of GKE', () => {
    const mint = () => gkeTokens(around())(signal);

    it('come from the metadata server, with the scopes that RBAC needs', async () => {
      env = { GCE_METADATA_HOST: new URL(url).host };
      expect(shown(await mint())).toEqual(['canary-access', NOW_MS + 3_600_000]);
      const { method, path, headers } = asked[0] ?? {};
      expect([method, headers?.['metadata-flavor']]).toEqual(['GET', 'Google']);
      const parsed = new URL(path ?? '', url);
      expect(parsed.pathname).toBe('/computeMetadata/v1/instance/service-accounts/default/token');
      expect(parsed.searchParams.get('scopes')).toMatch(/cloud-platform,.*userinfo\.email$/);
    });

    const account = (more: object = {}): string =>
      JSON.stringify({
        type: 'external_account',
        audience: '//iam.googleapis.com/pool',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        token_url: `${url}/v1/token`,
        credential_source: { file: '/token' },
        ...more,
      });
    const federate = (text: string) => {
      env = { GOOGLE_APPLICATION_CREDENTIALS: '/account.json' };
      files.set('/account.json', text);
      return mint();
    };

    it('come by federation from a token in a file', async () => {
      expect(shown(await federate(account()))).toEqual(['canary-access', NOW_MS + 3_600_000]);
      expect(Object.fromEntries(new URLSearchParams(asked[0]?.body))).toMatchObject({
        audience: '//iam.googleapis.com/pool',
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: ASSERTION,
      });
    });

    it('come from the service account that the federation may act for', async () => {
      const expireTime = new Date(NOW_MS + 1_800_000).toISOString();
      answers.push({ status: 200, body: { access_token: 'federated', expires_in: 60 } });
      answers.push({ status: 200, body: { accessToken: 'canary-impersonated', expireTime } });
      const minted = await federate(account({ service_account_impersonation_url: `${url}/impersonate` }));
      expect(shown(minted)).toEqual(['canary-impersonated', NOW_MS + 1_800_000]);
      expect(asked[1]).toMatchObject({ path: '/impersonate', headers: { authorization: 'Bearer federated' } });
    });

    it('come from a token in a field of a JSON file', async () => {
      files.set('/token.json', JSON.stringify({ id: ASSERTION }));
      const format = { type: 'json', subject_token_field_name: 'id' };
      await federate(account({ credential_source: { file: '/token.json', format } }));
      expect(new URLSearchParams(asked[0]?.body).get('subject_token')).toBe(ASSERTION);
    });

    it.each([
      ['a key of a service account', () => ({ type: 'service_account', private_key: 'canary' })],
      [
        'a program',
        () => ({ ...(JSON.parse(account()) as object), credential_source: { executable: { command: 'x' } } }),
      ],
      ['another issuer', () => ({ ...(JSON.parse(account()) as object), token_url: 'https://evil.example.com/token' })],
    ])('do not come from %s', async (_what, of) => {
      await expect(federate(JSON.stringify(of()))).rejects.toMatchObject({ code: 'token-unavailable' });
      expect(asked).toEqual([]);
    });
  });
});
