import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

/** Injects whether the client would rather have a media type than JSON (the `Accept` header, RFC 9110 §12.5.1). */
const prefers = (mediaType: string) =>
  createParamDecorator(
    (_data: unknown, context: ExecutionContext): boolean =>
      context.switchToHttp().getRequest<Request>().accepts(['application/json', mediaType]) === mediaType,
  );

export const PrefersMarkdown = prefers('text/markdown');
export const PrefersNdjson = prefers('application/x-ndjson');
export const PrefersHtml = prefers('text/html');
