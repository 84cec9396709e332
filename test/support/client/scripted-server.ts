import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { startHttpServer, type HttpServer } from '../http-server.ts';

export interface ReceivedRequest {
  /** On the clock of `performance.now()`, when its headers had arrived. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An HTTP server that does what a test tells it, in place of the service. */
export interface ScriptedServer extends HttpServer {
  readonly requests: readonly ReceivedRequest[];
}

/** @param respond is called with each request, when it has arrived whole. */
export async function startScriptedServer(
  respond: (request: ReceivedRequest, response: ServerResponse) => unknown,
): Promise<ScriptedServer> {
  const requests: ReceivedRequest[] = [];
  const server = await startHttpServer((incoming, response) => {
    const at = performance.now();
    let body = '';
    incoming.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      const request = { at, method, path: url, headers, body };
      requests.push(request);
      respond(request, response);
    });
  });
  return { ...server, requests };
}

export interface SentEventJson {
  readonly customerExternalId: string;
  readonly type: string;
  readonly payload: Record<string, unknown>;
  readonly occurredAt: string;
  readonly eventId: string;
}

/** The events of a batch that was received. */
export const eventsIn = ({ body }: Pick<ReceivedRequest, 'body'>): SentEventJson[] =>
  (JSON.parse(body) as { events: SentEventJson[] }).events;

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** A failure in the service's envelope. */
export const failure = (code: string, message = code): object => ({ success: false, code, message });

/** The response of the service to a batch of which all events were stored. */
export function sendCreated(request: ReceivedRequest, response: ServerResponse): void {
  const results = eventsIn(request).map((event, index) => ({ index, status: 'created', event: stored(event) }));
  sendJson(response, 201, { success: true, data: { results } });
}

export const stored = (event: SentEventJson): object => ({
  ...event,
  id: `id of ${event.eventId}`,
  customerId: `id of ${event.customerExternalId}`,
  createdAt: '2026-04-18T10:00:00Z',
});
