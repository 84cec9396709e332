import { expect, it } from '@jest/globals';
import { ApiClient } from './api-client.ts';
import { type ProblemError } from './problem.ts';

type Answer = () => Promise<Response>;

function client(answer: Answer, timeoutMs?: number) {
  const asked: { url: string; init: RequestInit }[] = [];
  const fake = ((url: string, init: RequestInit) => {
    asked.push({ url, init });
    return answer();
  }) as typeof fetch;
  const api = new ApiClient({
    ...{ fetch: fake, token: () => 'es_a', publicKey: 'pk_live_1', base: '/embed/api', timeoutMs },
  });
  return { api, asked };
}

const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Answer => {
  return () => Promise.resolve(new Response(body === null ? null : JSON.stringify(body), { status, headers }));
};

const failure = (run: Promise<unknown>): Promise<ProblemError> =>
  run.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => error as ProblemError,
  );

it('sends the token and the public key as headers, and neither in the address', async () => {
  const { api, asked } = client(json({ data: { entries: [] } }));
  await api.entries({ types: ['a&b', 'c'], find: '50% & more', quiet: 'fold', timeZone: 'Europe/Berlin' });
  expect(asked[0]?.init.headers).toEqual({ Authorization: 'Bearer es_a', 'X-Public-Key': 'pk_live_1' });
  expect(asked[0]?.init).toMatchObject({ method: 'GET', credentials: 'omit', referrerPolicy: 'no-referrer' });
  expect(asked[0]?.url).toBe('/embed/api/entries?q=50%25+%26+more&quiet=fold&tz=Europe%2FBerlin&type=a%26b&type=c');
});

it('asks for the newest page by what it knows of it, and is told that it is unchanged', async () => {
  const { api, asked } = client(json(null, 304));
  expect(await api.newest({}, '"1"')).toBe('unchanged');
  expect(asked[0]?.init.headers).toMatchObject({ 'If-None-Match': '"1"' });
});

it('leaves the text of a payload as it is', async () => {
  const payloadText = '{"total":0.1234567890123456789,"n":123456789012345678901234567890}';
  const { api, asked } = client(json({ data: { id: 'a/b', payloadText } }));
  expect((await api.event('a/b')).payloadText).toBe(payloadText);
  expect(asked[0]?.url).toBe('/embed/api/events/a%2Fb');
});

it.each([
  [401, 'EMBED_SESSION_EXPIRED', 'session-expired'],
  [401, 'EMBED_SESSION_INVALID', 'session-ended'],
  [403, 'EMBED_APP_UNKNOWN', 'app-unknown'],
  [403, 'EMBED_WRONG_APP', 'wrong-app'],
  [404, 'CUSTOMER_NOT_FOUND', 'customer-erased'],
  [404, 'NOT_FOUND', 'event-gone'],
  [429, 'RATE_LIMIT_EXCEEDED', 'too-many-requests'],
  [503, 'SERVICE_UNAVAILABLE', 'unavailable'],
  [500, 'INTERNAL_ERROR', 'unavailable'],
  [400, 'VALIDATION_ERROR', 'refused'],
])('a refusal %i %s is the problem %s', async (status, code, kind) => {
  const { api } = client(json({ success: false, code }, status, { 'X-Request-Id': 'r1', 'Retry-After': '7' }));
  const error = await failure(api.head());
  expect(error.problem).toEqual({ kind, code, requestId: 'r1', retryAt: null });
  expect(error.retryAfterMs).toBe(7_000);
});

it.each([
  ['99999999999', 3_600_000],
  ['-5', null],
  ['soon', null],
  ['', 0],
])('Retry-After %j is %s milliseconds', async (header, millis) => {
  const { api } = client(json({}, 503, { 'Retry-After': header }));
  expect((await failure(api.head())).retryAfterMs).toBe(millis);
});

it('a page of a proxy in the place of a refusal has no code', async () => {
  const { api } = client(() => Promise.resolve(new Response('<html>', { status: 502 })));
  expect((await failure(api.head())).problem).toMatchObject({ kind: 'unavailable', code: null });
});

it.each<[string, Answer]>([
  ['that cannot be sent', () => Promise.reject(new TypeError('fetch failed'))],
  ['whose response breaks off', () => Promise.resolve(new Response('{"data":{"a'))],
])('a request %s means that the service is not reached', async (_which, answer) => {
  const { api } = client(answer);
  expect((await failure(api.head())).problem).toMatchObject({ kind: 'offline', code: null });
});

it('a request that takes too long is ended', async () => {
  const aborted = await new Promise<boolean>((resolve) => {
    const slow = ((_url: string, init: RequestInit) =>
      new Promise<Response>((_resolve, reject) => {
        init.signal?.addEventListener('abort', () => {
          resolve(true);
          reject(init.signal?.reason as Error);
        });
      })) as typeof fetch;
    const api = new ApiClient({ fetch: slow, token: () => 'es_a', publicKey: null, base: '', timeoutMs: 1 });
    // The timer of the signal alone would not keep the test alive.
    const alive = setTimeout(() => resolve(false), 5_000);
    void api.head().catch(() => clearTimeout(alive));
  });
  expect(aborted).toBe(true);
});
