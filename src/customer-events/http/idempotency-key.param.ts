import { Injectable, type PipeTransform } from '@nestjs/common';
import type { Request } from 'express';
import { badRequest } from '../../http/http-error.ts';
import { ThisRequest } from '../../http/this-request.ts';
import { EVENT_ID_PATTERN } from '../domain/customer-event.ts';

/** Bare, as most clients send it, or quoted, as draft-ietf-httpapi-idempotency-key-header wants it. */
const QUOTED = /^"(.*)"$/;

/** The `eventId` of the `Idempotency-Key` header; undefined where there is none. */
@Injectable()
class IdempotencyKeyPipe implements PipeTransform<Request, string | undefined> {
  transform({ headers }: Request): string | undefined {
    const header = headers['idempotency-key'];
    if (typeof header !== 'string') return undefined;
    const key = QUOTED.exec(header)?.[1] ?? header;
    if (!EVENT_ID_PATTERN.test(key)) {
      throw badRequest('Idempotency-Key', 'must be 1 to 255 characters of A-Z, a-z, 0-9, "_", ".", ":" and "-", bare or quoted');
    }
    return key;
  }
}

export const IdempotencyKey = (): ParameterDecorator => ThisRequest(IdempotencyKeyPipe);

/** One key for many events would promise a safe retry that it cannot keep. */
export function refuseIdempotencyKey(request: Request): void {
  if (request.headers['idempotency-key'] !== undefined) {
    throw badRequest('Idempotency-Key', 'goes with a single event; of many, give each its eventId');
  }
}
