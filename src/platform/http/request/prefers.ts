import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

/** As it is said, and as the header of the response will have it: a client may ask for either. */
const bothForms = (mediaType: string): string[] => [mediaType, `${mediaType}; charset=utf-8`];

/** Injects whether the client would rather have a media type than JSON (the `Accept` header, RFC 9110 §12.5.1). */
function prefers(mediaType: string) {
  const forms = bothForms(mediaType);
  const offers = [...bothForms('application/json'), ...forms];
  return createParamDecorator((_data: unknown, context: ExecutionContext): boolean => {
    const chosen = context.switchToHttp().getRequest<Request>().accepts(offers);
    return typeof chosen === 'string' && forms.includes(chosen);
  });
}

export const PrefersMarkdown = prefers('text/markdown');
export const PrefersNdjson = prefers('application/x-ndjson');
export const PrefersHtml = prefers('text/html');
