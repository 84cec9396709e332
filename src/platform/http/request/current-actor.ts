import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Actor } from '../../audit/audit-entry.ts';
import { callerOf } from './caller.ts';
import { inFlightRequestOf } from './in-flight-request.ts';

/** Injects the caller as the audit names it: its key or session, and the request's id. */
export const CurrentActor = createParamDecorator((_data: unknown, context: ExecutionContext): Actor => {
  const http = context.switchToHttp();
  const { keyId, session } = callerOf(http.getRequest<Request>());
  const requestId = inFlightRequestOf(http.getResponse<Response>())?.id ?? null;
  return session === null ? { kind: 'key', id: keyId, requestId } : { kind: 'session', id: session.id, requestId };
});
