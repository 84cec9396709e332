import { createParamDecorator, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { RetentionRules } from '../../../../libs/retention/retention-rules.ts';
import type { RateLimits, RateWindow } from '../../../../libs/kernel/rate-window.ts';
import type { TypeFilter } from '../../../../libs/kernel/type-filter.ts';
import type { Instant } from '../../../../libs/time/instant.ts';
import type { Scopes } from '../../access/scopes.ts';
import { RouteMark } from './route-mark.ts';

/** What a valid embed session lets its holder read: one customer. */
export interface SessionView {
  readonly id: string;
  readonly customerExternalId: string;
  readonly matchedBy: 'externalId' | 'email';
  readonly viewer: { readonly id: string; readonly name: string | null } | null;
  /** When the ticket was opened. */
  readonly at: Instant | null;
  /** Only events of these types; none: of all. */
  readonly types: readonly TypeFilter[];
  /** Payloads go out without what the rules of the app mask. */
  readonly masked: boolean;
  readonly locale: string | null;
  readonly timeZone: string | null;
  readonly eventLink: string | null;
  /** Milliseconds since the Unix epoch, as they were when it was looked up. */
  readonly expiresAt: number;
  readonly renewableUntil: number;
}

/** Who is calling: what a valid API key stands for, or a session that it has made. */
export interface Caller {
  /** Of a session: the key that made it. */
  readonly keyId: string;
  /** The beginning of the key, by which people recognise it. */
  readonly keyPrefix: string;
  readonly keyType: 'agent' | 'public';
  /** The app whose key it is: the caller sees and writes what belongs to it, and nothing else. */
  readonly app: {
    readonly id: string;
    readonly slug: string;
    readonly name: string;
    /** How long its events are kept. */
    readonly retention: RetentionRules;
  };
  /** Null: the caller has the key itself. */
  readonly session: SessionView | null;
  /** What the caller may do, beside what the route needed. */
  readonly scopes: Scopes;
  /** What is set for this key, or session, and, shared by all its keys, for the app; null: nothing. */
  readonly limits: {
    readonly key: RateLimits<readonly RateWindow[] | null>;
    readonly app: RateLimits<readonly RateWindow[] | null>;
  };
  /**
   * Asks again, for a request that lasts: the key or session may have been revoked or have expired meanwhile. A response is
   * remembered for API_KEY_CACHE_MS, so that this may be asked often.
   *
   * @throws what the guard would throw now; SERVICE_UNAVAILABLE where nobody can tell.
   */
  readonly requireStillAllowed: () => Promise<void>;
}

/** What may be told of a key, or session, that was refused, in the log alone. None of it needs escapes in JSON. */
export interface RefusedKey {
  readonly credential: 'key' | 'session';
  /** The beginning of the key that was sent; undefined for a session, and where what was sent has not the form of a key. */
  readonly prefix: string | undefined;
  /** One word, such as `revoked`. */
  readonly reason: string;
  /** The slug of the app whose key it is; undefined where it is nobody's. */
  readonly app: string | undefined;
}

type RequestWithCaller = Request & { caller?: Caller; refusedKey?: RefusedKey };

export function setCaller(request: Request, caller: Caller): void {
  (request as RequestWithCaller).caller = caller;
}

export function setRefusedKey(request: Request, refused: RefusedKey): void {
  (request as RequestWithCaller).refusedKey = refused;
}

/** Injects the {@link Caller} that the guard has found. */
export const CurrentCaller = createParamDecorator((_data: unknown, context: ExecutionContext): Caller =>
  callerOf(context.switchToHttp().getRequest<Request>()),
);

/** The {@link Caller} that the guard has found. */
export function callerOf(request: Request): Caller {
  const { caller } = request as RequestWithCaller;
  if (caller === undefined) throw new Error('a route without a key has no caller');
  return caller;
}

export const WITHOUT_KEY = new RouteMark<true>('without-key');

export const WITH_SESSION = new RouteMark<true>('with-session');

/** Marks a controller that wants the token of an embed session, and no API key. */
export const WithSession = (): CustomDecorator => WITH_SESSION.as(true);

/** Injects the caller of a controller marked {@link WithSession}: see {@link SessionCaller}. */
export const CurrentSession = createParamDecorator((_data: unknown, context: ExecutionContext): SessionCaller => {
  const caller = callerOf(context.switchToHttp().getRequest<Request>());
  if (caller.session === null) throw new Error('a route with a key has no session');
  return { ...caller, session: caller.session };
});

export type SessionCaller = Caller & { readonly session: SessionView };

/** Marks a controller that needs no API key: health, metrics. All others want one. */
export const WithoutKey = (): CustomDecorator => WITHOUT_KEY.as(true);
