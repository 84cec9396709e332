import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { IsAbandoned } from '../../../../libs/kernel/abandoned.ts';

/** Injects what a pipe makes of the request; pipes run after the guards. */
export const ThisRequest = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  context.switchToHttp().getRequest<Request>(),
);

/** Injects a question: has the client gone away? */
export const ClientGone = createParamDecorator((_data: unknown, context: ExecutionContext): IsAbandoned => {
  const { socket } = context.switchToHttp().getRequest<Request>();
  return () => socket.destroyed;
});
