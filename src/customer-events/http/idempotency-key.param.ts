import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { invalidField } from '../../../libs/kernel/input-error.ts';
import { EVENT_ID_PATTERN } from '../domain/customer-event.ts';

/** Bare, as most clients send it, or quoted, as draft-ietf-httpapi-idempotency-key-header wants it. */
const QUOTED = /^"(.*)"$/;

/** Injects the `eventId` of the `Idempotency-Key` header; undefined where there is none. */
export const IdempotencyKey = createParamDecorator((_data: unknown, context: ExecutionContext): string | undefined => {
  const header = context.switchToHttp().getRequest<Request>().headers['idempotency-key'];
  if (typeof header !== 'string') return undefined;
  const key = QUOTED.exec(header)?.[1] ?? header;
  if (!EVENT_ID_PATTERN.test(key)) {
    throw invalidField(
      'Idempotency-Key',
      'must be 1 to 255 characters of A-Z, a-z, 0-9, "_", ".", ":" and "-", bare or quoted',
    );
  }
  return key;
});

/** One key for many events would promise a safe retry that it cannot keep. */
export function refuseIdempotencyKey(request: Request): void {
  if (request.headers['idempotency-key'] !== undefined) {
    throw invalidField(
      'Idempotency-Key',
      'is for a single event; in a batch or an import, give each event its own eventId',
    );
  }
}
