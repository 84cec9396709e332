import { once } from 'node:events';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { startHttpServer, type HttpServer } from './http-server.ts';

/** What becomes of one request. Where nothing is named it reaches the service, and its response the client. */
export type HttpFault =
  /** The proxy responds itself; the service sees nothing. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** The connection is reset; the service sees nothing. */
  | 'cut-before'
  /** The service has committed and responded; the client gets a reset instead of the response. */
  | 'cut-after'
  /** The same, after half of the body of the response. */
  | 'half-a-response';

/** A request as it came in, and when, in milliseconds of a clock that never goes back. */
export interface SeenRequest {
  readonly body: string;
  readonly arrivedAt: number;
  /** Undefined: it has got no response. */
  respondedAt: number | undefined;
}

/** A proxy in front of the service, on which each request may meet a fault of its own. */
export interface HttpFaultProxy extends HttpServer {
  /** In the order in which they came in. */
  readonly requests: readonly SeenRequest[];
}

/**
 * @param service where it listens, without a path
 * @param faults of the first requests, in their order; all others pass
 */
export async function startHttpFaultProxy(service: string, faults: readonly HttpFault[]): Promise<HttpFaultProxy> {
  const requests: SeenRequest[] = [];
  const server = await startHttpServer((incoming, outgoing) => {
    const arrivedAt = performance.now();
    void buffer(incoming).then(
      async (body) => {
        const seen: SeenRequest = { body: body.toString(), arrivedAt, respondedAt: undefined };
        const fault = faults[requests.push(seen) - 1];
        // Before it is sent: the client cannot have it sooner.
        const respond = (status: number, headers: NodeJS.Dict<string | string[]>, text: Buffer | string): void => {
          seen.respondedAt = performance.now();
          outgoing.writeHead(status, headers).end(text);
        };
        if (typeof fault === 'object') return respond(fault.status, { ...fault.headers }, fault.body ?? '');
        if (fault === 'cut-before') return reset(outgoing);
        const response = await forward(service, incoming, body);
        const text = await buffer(response);
        if (fault === 'cut-after') return reset(outgoing);
        if (fault === undefined) return respond(response.statusCode as number, response.headers, text);
        outgoing.writeHead(response.statusCode as number, response.headers);
        outgoing.write(text.subarray(0, text.length / 2), () => reset(outgoing));
      },
      () => {},
    );
  });
  return { ...server, requests };
}

async function forward(
  service: string,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
): Promise<IncomingMessage> {
  const outgoing = request(service + url, { method, headers, agent: false });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return response;
}

const reset = (response: ServerResponse): void => void response.socket?.resetAndDestroy();
