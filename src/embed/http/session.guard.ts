import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request, Response } from 'express';
import { typeFilter } from '../../../libs/kernel/type-filter.ts';
import { addressOf } from '../../platform/http/request/address-of.ts';
import { bearerToken } from '../../platform/http/request/bearer-token.ts';
import {
  setCaller,
  setRefusedKey,
  WITH_SESSION,
  type Caller,
  type SessionView,
} from '../../platform/http/request/caller.ts';
import { inFlightRequestOf } from '../../platform/http/request/in-flight-request.ts';
import { PageApps } from '../application/page-apps.ts';
import { SessionAccess, type LiveSession } from '../application/session-access.ts';
import { SessionUses } from '../application/session-uses.ts';
import type { EmbedSession } from '../domain/embed-session.ts';
import { embedAppUnknown, embedWrongApp, sessionRefused } from './session-errors.ts';

/** Lets only requests with the token of a valid session pass, on the routes that say so. */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(
    private readonly access: SessionAccess,
    private readonly uses: SessionUses,
    private readonly pageApps: PageApps,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (WITH_SESSION.of(context.getClass()) !== true) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const live = await this.authenticate(request);
    setCaller(request, {
      ...callerOfSession(live),
      requireStillAllowed: async () => void (await this.authenticate(request)),
    });
    this.uses.noteRequest(live.session);
    if (request.method === 'GET')
      this.uses.noteView(live.session, inFlightRequestOf(http.getResponse<Response>())?.id ?? null);
    return true;
  }

  private async authenticate(request: Request): Promise<LiveSession> {
    const token = bearerToken(request.headers);
    const found = token === undefined ? ({ refused: 'missing' } as const) : await this.access.authenticate(token);
    if ('session' in found) {
      await this.requireItsApp(request, found);
      return found;
    }
    const { refused: reason, app } = found;
    setRefusedKey(request, { credential: 'session', prefix: undefined, reason, app });
    throw sessionRefused(found);
  }

  /** The page names the app that it was opened for: the token of another app does not belong there. */
  private async requireItsApp(request: Request, { key: { app } }: LiveSession): Promise<void> {
    const publicKey = request.header('x-public-key');
    if (publicKey === undefined) return;
    const named = await this.pageApps.find(publicKey, addressOf(request.socket));
    if (named?.id === app.id) return;
    const reason = named === null ? 'unknown-app' : 'wrong-app';
    setRefusedKey(request, { credential: 'session', prefix: undefined, reason, app: app.slug });
    throw named === null ? embedAppUnknown() : embedWrongApp();
  }
}

/** It has no scope: what it may do is what the routes for sessions do. */
const callerOfSession = ({ session, key }: LiveSession): Omit<Caller, 'requireStillAllowed'> => ({
  keyId: key.id,
  keyPrefix: key.prefix,
  keyType: key.type,
  app: key.app,
  session: sessionView(session),
  scopes: [],
  limits: {
    key: { events: null, reads: null },
    app: { events: key.app.eventLimits, reads: key.app.readLimits },
  },
});

const sessionView = ({ viewerId, viewerName, types, ...session }: EmbedSession): SessionView => ({
  id: session.id,
  customerExternalId: session.customerExternalId,
  matchedBy: session.matchedBy,
  viewer: viewerId === null ? null : { id: viewerId, name: viewerName },
  at: session.at,
  types: (types ?? []).map(typeFilter),
  masked: session.masked,
  locale: session.locale,
  timeZone: session.timeZone,
  eventLink: session.eventLink,
  expiresAt: session.expiresAt,
  renewableUntil: session.renewableUntil,
});
