import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Clock } from '../../../libs/kernel/clock.ts';
import { callerOf } from '../../platform/http/request/caller.ts';
import { NEEDED_SCOPE, type NeededScope } from '../../platform/http/request/needs.ts';
import { UNCOUNTED_READ } from '../../platform/http/request/uncounted-read.ts';
import { AuditNotes } from '../application/audit-notes.ts';

const READ_SCOPES: readonly (NeededScope | undefined)[] = ['customers:read', 'timeline:read'];

/**
 * Refuses nothing: it counts, for the audit, the requests that have read customer data with a key, when their response
 * has begun and is over. A client that went away in the middle of it has read as much as it wanted. What a route needs of the key says whether it does, so that a new route is counted without its doing.
 */
@Injectable()
export class ReadCountsGuard implements CanActivate {
  constructor(
    private readonly notes: AuditNotes,
    private readonly clock: Clock,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const handler = context.getHandler();
    const needed = NEEDED_SCOPE.of(handler);
    if (!READ_SCOPES.includes(needed)) return true;
    if (UNCOUNTED_READ.of(handler) === true) return true;
    const http = context.switchToHttp();
    const [request, response] = [http.getRequest<Request>(), http.getResponse<Response>()];
    response.once('close', () => {
      if (!response.headersSent || !tellsOfCustomer(response.statusCode)) return;
      const { app, keyId } = callerOf(request);
      this.notes.countRead(app.id, keyId, this.clock.now());
    });
    return true;
  }
}

/** A 304 tells that all is as the caller knows it. */
const tellsOfCustomer = (status: number): boolean => status < 300 || status === 304;
