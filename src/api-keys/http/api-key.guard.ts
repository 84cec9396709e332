import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { NEEDED_SCOPE, type NeededScope } from '../../platform/http/request/needs.ts';
import { hasScope } from '../../platform/access/scopes.ts';
import { setCaller, setRefusedKey, WITH_SESSION, WITHOUT_KEY } from '../../platform/http/request/caller.ts';
import { Authentication } from '../application/authentication.ts';
import { shownPrefixOf, type ApiKey } from '../domain/api-key.ts';
import { ApiKeyRefused, scopeMissing } from '../domain/api-keys-error.ts';
import { apiKeyMissing } from './api-key-missing.ts';

/** Lets only requests with a valid agent key pass, on every route that does not say otherwise. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(private readonly authentication: Authentication) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const controller = context.getClass();
    if (WITHOUT_KEY.of(controller) === true || WITH_SESSION.of(controller) === true) return true;
    const request = context.switchToHttp().getRequest<Request>();
    const presented = request.header('x-api-key');
    if (presented === undefined || presented === '') throw apiKeyMissing();
    const needed = NEEDED_SCOPE.of(context.getHandler());
    if (needed === undefined) throw new Error('a route with a key must say what it needs of it: @Needs(…)');
    const key = await this.authenticate(request, presented, needed);
    setCaller(request, {
      keyId: key.id,
      keyPrefix: key.prefix,
      keyType: key.type,
      app: key.app,
      session: null,
      scopes: key.scopes,
      limits: {
        key: { events: key.eventLimits, reads: key.readLimits },
        app: { events: key.app.eventLimits, reads: key.app.readLimits },
      },
      requireStillAllowed: async () => void (await this.authenticate(request, presented, needed)),
    });
    return true;
  }

  /** The log tells more of a refused key than the response: which one it is, and why. */
  private async authenticate(request: Request, presented: string, needed: NeededScope): Promise<ApiKey> {
    try {
      const key = await this.authentication.authenticate(presented);
      if (needed !== 'any key' && !hasScope(key.scopes, needed)) throw scopeMissing(needed, key.app.slug);
      return key;
    } catch (error) {
      if (error instanceof ApiKeyRefused) {
        const { reason, app } = error;
        setRefusedKey(request, { credential: 'key', prefix: shownPrefixOf(presented), reason, app });
      }
      throw error;
    }
  }
}
