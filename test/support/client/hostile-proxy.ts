import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { startHttpServer, type HttpServer } from '../http-server.ts';
import { randomNumbers } from '../random.ts';
import { eventsIn } from './scripted-server.ts';

/** What a proxy does to a request of which the service knows nothing. */
const BEFORE_COMMIT = ['429', '503', 'reset', 'hangUp'] as const;
/** What it does to the response of a request that the service has committed. */
const AFTER_COMMIT = ['resetAfter', 'half', 'slow', 'wrongJson', 'partial', '502'] as const;
type Fault = (typeof BEFORE_COMMIT)[number] | (typeof AFTER_COMMIT)[number];

export interface HostileProxy extends HttpServer {
  /** How often each fault struck. */
  readonly faults: ReadonlyMap<Fault, number>;
  readonly requests: number;
  /** Requests that came sooner than a Retry-After that was sent before allowed. */
  readonly tooSoon: number;
  /** Payloads of the events, in the order in which they were committed; retries of those that were are not there. */
  readonly committed: readonly { customer: string; n: number }[];
  /** No fault strikes any more. */
  heal(): void;
  /** Every request is struck by this fault. */
  always(fault: Fault): void;
}

export interface Hostility {
  readonly seed: number;
  /** Of all requests, from 0 to 1. */
  readonly share: number;
  /** 429s with `Retry-After: 1`, each of which costs a second; then none comes any more. */
  readonly most429: number;
}

interface Upstream {
  readonly status: number;
  readonly body: string;
}

/** An HTTP proxy in front of the service, on loopback, that makes everything go wrong that can, at random. */
export async function startHostileProxy(service: string, { seed, share, most429 }: Hostility): Promise<HostileProxy> {
  const random = randomNumbers(seed);
  const faults = new Map<Fault, number>();
  const committed: { customer: string; n: number }[] = [];
  const known = new Set<string>();
  const agent = new Agent({ keepAlive: true });
  let requests = 0;
  let tooSoon = 0;
  let notBefore = 0;
  let forced: Fault | null | undefined;

  const chosen = (): Fault | null => {
    if (forced !== undefined) return forced;
    if (random() >= share) return null;
    const all = [...BEFORE_COMMIT, ...AFTER_COMMIT];
    const fault = all[Math.floor(random() * all.length)] as Fault;
    return fault === '429' && (faults.get('429') ?? 0) >= most429 ? null : fault;
  };

  const forward = async (incoming: IncomingMessage, body: string): Promise<Upstream> => {
    const { method, url, headers } = incoming;
    const call = httpRequest(service + url, {
      method,
      headers: { 'X-API-Key': headers['x-api-key'] as string, 'Content-Type': 'application/json' },
      agent,
    }).end(body);
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    const text = await bodyOf(response);
    if (response.statusCode === 201 || response.statusCode === 207) note(body, text);
    return { status: response.statusCode as number, body: text };
  };

  const note = (body: string, response: string): void => {
    const { data } = JSON.parse(response) as { data: { results: { status: string }[] } };
    eventsIn({ body }).forEach(({ customerExternalId: customer, payload, eventId }, index) => {
      if (data.results[index]?.status === 'rejected' || known.has(eventId)) return;
      known.add(eventId);
      committed.push({ customer, n: payload.n as number });
    });
  };

  const strike = async (fault: Fault, incoming: IncomingMessage, response: ServerResponse, body: string) => {
    faults.set(fault, (faults.get(fault) ?? 0) + 1);
    switch (fault) {
      case '429':
        notBefore = performance.now() + 1_000;
        return send(response, 429, '{"success":false,"code":"TOO_MANY_REQUESTS","message":"x"}', {
          'Retry-After': '1',
        });
      case '503':
        return send(response, 503, '{"success":false,"code":"SERVICE_UNAVAILABLE","message":"x"}');
      case 'reset':
        return void incoming.socket.resetAndDestroy();
      case 'hangUp':
        return void incoming.socket.end();
      default:
        return distort(fault, response, await forward(incoming, body));
    }
  };

  const server = await startHttpServer((incoming, response) => {
    requests++;
    if (performance.now() < notBefore) tooSoon++;
    void bodyOf(incoming).then(async (body) => {
      const fault = chosen();
      if (fault !== null) return strike(fault, incoming, response, body);
      const { status, body: text } = await forward(incoming, body);
      return send(response, status, text);
    });
  });

  return {
    url: server.url,
    faults,
    committed,
    get requests() {
      return requests;
    },
    get tooSoon() {
      return tooSoon;
    },
    heal: () => (forced = null),
    always: (fault) => (forced = fault),
    close: async () => {
      agent.destroy();
      await server.close();
    },
  };
}

const send = (response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void =>
  void response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(body);

/** The service has committed; what arrives of its response tells little or nothing of that. */
async function distort(fault: (typeof AFTER_COMMIT)[number], response: ServerResponse, { status, body }: Upstream) {
  switch (fault) {
    case 'resetAfter':
      return void response.socket?.resetAndDestroy();
    case 'half':
      response.writeHead(status, { 'Content-Length': Buffer.byteLength(body) });
      return void response.write(body.slice(0, body.length / 2), () => response.destroy());
    case 'slow':
      response.writeHead(status, { 'Content-Type': 'application/json' });
      for (let at = 0; at < body.length; at += body.length / 4) {
        response.write(body.slice(at, at + body.length / 4));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return void response.end();
    case 'wrongJson':
      return send(response, 200, '<html>It works!</html>');
    case 'partial': {
      const { data } = JSON.parse(body) as { data?: { results?: unknown[] } };
      const results = data?.results?.filter((_, index) => index % 2 === 0);
      return send(response, status, JSON.stringify({ success: true, data: { results } }));
    }
    case '502':
      return send(response, 502, 'Bad Gateway');
  }
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of incoming.setEncoding('utf8')) body += chunk as string;
  return body;
}
