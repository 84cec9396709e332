import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

/** Injects whether the client would rather have Markdown than JSON (the `Accept` header, RFC 9110 §12.5.1). */
export const PrefersMarkdown = createParamDecorator(
  (_data: unknown, context: ExecutionContext): boolean =>
    context.switchToHttp().getRequest<Request>().accepts(['application/json', 'text/markdown']) === 'text/markdown',
);
