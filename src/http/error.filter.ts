import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Express, Request, Response } from 'express';
import { QueryFailedError } from 'typeorm';
import { Abandoned } from '../../libs/kernel/abandoned.ts';
import { DomainError } from '../../libs/kernel/domain-error.ts';
import { allowedMethods } from './allowed-methods.ts';
import { badRequest, internalError, methodNotAllowed, routeNotFound } from './http-error.ts';
import { sendFailure } from './send.ts';

/** Turns whatever was thrown into the failure envelope; the inside of a fault goes to the log only. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(ErrorFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    if (error instanceof Abandoned || response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const refusal = this.refusalOf(error, http.getRequest<Request>());
    sendFailure(response, refusal);
  }

  private refusalOf(error: unknown, request: Request): DomainError {
    if (error instanceof DomainError) {
      if (error.cause !== undefined) this.logger.warn({ code: error.code, cause: describe(error.cause) });
      return error;
    }
    switch (statusOf(error)) {
      case 404: {
        // Only the router says 404 with anything but a DomainError.
        const allow = allowedMethods(request.app as Express, request.path);
        return allow.length > 0 ? methodNotAllowed(allow) : routeNotFound();
      }
      case 400:
        return badRequest('path', 'is not a well-formed URL path');
      default:
        this.logger.error({ unexpected: describe(error) });
        return internalError();
    }
  }
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  return (error as { status?: number } | null | undefined)?.status;
}

/** What may stand in a log: never a statement's parameters, nor a message that may quote a value. */
function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  const isDatabaseError = error instanceof QueryFailedError || 'severity' in error;
  const [, ...frames] = (error.stack ?? '').split(/\n(?= {4}at )/);
  return {
    name: error.name,
    code: (error as { code?: unknown }).code,
    message: isDatabaseError ? undefined : error.message,
    stack: frames.map((frame) => frame.trim()),
  };
}
