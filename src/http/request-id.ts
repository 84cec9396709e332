import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

const SAFE_REQUEST_ID = /^[A-Za-z0-9_.:-]{1,128}$/;

/** Gives every answer its `X-Request-Id`: a safe incoming one is kept, otherwise one is made. */
export function assignRequestId(request: IncomingMessage, response: ServerResponse): void {
  const given = request.headers['x-request-id'];
  response.setHeader(
    'X-Request-Id',
    typeof given === 'string' && SAFE_REQUEST_ID.test(given) ? given : randomUUID(),
  );
}
