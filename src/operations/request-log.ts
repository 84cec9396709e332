import type { Request } from 'express';
import { isIP } from 'node:net';
import {
  CLIENT_WENT_AWAY,
  type InFlightRequest,
  type RequestObserver,
} from '../platform/http/request/in-flight-request.ts';
import { parseTraceparent } from '../platform/http/request/traceparent.ts';
import type { ConnectionLimit, UnparsedObserver } from '../platform/http/server/unparsed-requests.ts';
import { LogThrottle } from '../platform/log/log-throttle.ts';
import type { ServiceLog } from '../platform/log/service-log.ts';

/** A line that names more fields helps nobody. */
const MAX_FIELDS_NAMED = 10;

/**
 * One line per request. Nothing in it is a client's free text: the id is one of a safe shape, the
 * route is our template, the trace id hexadecimal, the address an IP address, the fields have our
 * names. So no key, no payload, no query and no external id can be in it, nothing has to be escaped,
 * and nothing can forge a line.
 */
export class RequestLog implements RequestObserver, UnparsedObserver {
  private readonly refusedThrottle = new LogThrottle(10);
  private readonly droppedThrottle = new LogThrottle(1);

  constructor(private readonly log: ServiceLog) {}

  ended(inFlight: InFlightRequest): void {
    const { status } = inFlight;
    const level = levelOf(status);
    if (!this.log.pino.isLevelEnabled(level)) return;
    const message = status === CLIENT_WENT_AWAY ? 'request, and the client went away' : 'request';
    this.log.line(level, membersOf(inFlight, status), message);
  }

  refused(code: string): void {
    const leftOut = this.refusedThrottle.pass();
    if (leftOut !== null) this.log.pino.info({ code, leftOut }, 'not a request');
  }

  dropped(limit: ConnectionLimit): void {
    const leftOut = this.droppedThrottle.pass();
    if (leftOut !== null) this.log.pino.warn({ leftOut }, `a connection was closed: ${limit} are open`);
  }
}

/** Written by hand: for each request, pino's way to the same text took four times as long. */
function membersOf(inFlight: InFlightRequest, status: number): string {
  const { id, request, route, failure } = inFlight;
  const durationMs = Math.round((performance.now() - inFlight.startedAt) * 10) / 10;
  const ip = addressOf(request as Request);
  const traceId = inFlight.traceId ?? parseTraceparent(request.headers.traceparent)?.traceId;
  return (
    `"id":"${id}","method":"${request.method}","route":"${route}","status":${status}` +
    (failure === undefined ? '' : `,"code":"${failure.code}"`) +
    `,"durationMs":${durationMs}` +
    keyMembers(inFlight) +
    outcomeMembers(inFlight) +
    `,"requestBytes":${inFlight.requestBytes},"responseBytes":${inFlight.responseBytes}` +
    (ip === undefined ? '' : `,"ip":"${ip}"`) +
    (traceId === undefined ? '' : `,"traceId":"${traceId}"`)
  );
}

/** Whose key it is, or the id of a session and whose key made it; of a refused one also why, and its beginning where it has the form of a key. */
function keyMembers({ caller, refusedKey }: InFlightRequest): string {
  const app = caller?.app.slug ?? refusedKey?.app;
  const key = caller?.keyPrefix ?? refusedKey?.prefix;
  const session = caller?.session ?? null;
  return (
    (app === undefined ? '' : `,"app":"${app}"`) +
    (key === undefined ? '' : `,"key":"${key}"`) +
    (session === null ? '' : `,"session":"${session.id}"`) +
    (refusedKey === undefined ? '' : `,"${refusedKey.credential}Refused":"${refusedKey.reason}"`)
  );
}

/** What became of the parts of a request, and which fields were wrong in them or in the request itself. */
function outcomeMembers(inFlight: InFlightRequest): string {
  const { summary, failure } = inFlight;
  if (summary === undefined && failure === undefined) return '';
  const { wrongFields } = inFlight;
  const { counts = {}, codes = {} } = summary ?? {};
  const members = {
    ...counts,
    codes: Object.keys(codes).length === 0 ? undefined : codes,
    fields: wrongFields.length === 0 ? undefined : wrongFields.slice(0, MAX_FIELDS_NAMED),
  };
  const json = JSON.stringify(members).slice(1, -1);
  return json === '' ? '' : `,${json}`;
}

/** A 4xx is a client's affair; a 503 is worth a look; everything else from 500 on is our fault. */
function levelOf(status: number): 'info' | 'warn' | 'error' {
  if (status < 500) return 'info';
  return status === 503 ? 'warn' : 'error';
}

/** Of the client, past as many proxies as are trusted; a proxy may pass on what a client made up. */
function addressOf(request: Request): string | undefined {
  // Express's own getter parses the header again and again, also where no proxy is trusted.
  if (request.headers['x-forwarded-for'] === undefined) return request.socket.remoteAddress;
  const { ip, socket } = request;
  return ip !== undefined && isIP(ip) > 0 ? ip : socket.remoteAddress;
}
