import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Express, Request, Response } from 'express';
import { Abandoned } from '../../../../libs/kernel/abandoned.ts';
import { DomainError } from '../../../../libs/kernel/domain-error.ts';
import { invalidField } from '../../../../libs/kernel/input-error.ts';
import { describeCause, describeError } from '../../log/describe-error.ts';
import { LogThrottle } from '../../log/log-throttle.ts';
import { allowedMethods } from './allowed-methods.ts';
import { inFlightRequestOf } from '../request/in-flight-request.ts';
import { internalError, methodNotAllowed, routeNotFound } from '../errors/http-error.ts';
import { RefusalPacing } from './refusal-pacing.ts';
import { sendFailure } from '../response/send.ts';

/** Between two refusals on a connection whose client does not wait. */
const PAUSE_AFTER_TOO_MANY_MS = 100;
/** However many they are, there are no more than 500 such refusals a second. */
const PAUSE_FOR_EACH_WAITING_MS = 2;

/** Turns whatever was thrown into the failure envelope; the inside of a fault goes to the log only. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(ErrorFilter.name);
  /** While the database is away, every request meets the same error; its line in the log has the code. */
  private readonly throttle = new LogThrottle(2);
  private readonly pacing = new RefusalPacing();

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    if (error instanceof Abandoned || response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const refusal = this.refusalOf(error, http.getRequest<Request>(), inFlightRequestOf(response)?.id);
    if (refusal.kind !== 'too-many') {
      sendFailure(response, refusal);
      return;
    }
    const pauseMs = Math.max(PAUSE_AFTER_TOO_MANY_MS, this.pacing.waiting * PAUSE_FOR_EACH_WAITING_MS);
    this.pacing.refuse(http.getRequest<Request>().socket, pauseMs, () => {
      if (!response.headersSent && !response.destroyed) sendFailure(response, refusal);
    });
  }

  private refusalOf(error: unknown, request: Request, id: string | undefined): DomainError {
    if (error instanceof DomainError) {
      if (error.cause !== undefined) this.warn(error, id);
      return error;
    }
    switch (statusOf(error)) {
      case 404: {
        // Only the router says 404 with anything but a DomainError.
        const allow = allowedMethods(request.app as Express, request.path);
        return allow.length > 0 ? methodNotAllowed(allow) : routeNotFound();
      }
      case 400:
        return invalidField('path', 'is not a well-formed URL path');
      default:
        this.logger.error({ id, unexpected: describeError(error) });
        return internalError();
    }
  }

  private warn(error: DomainError, id: string | undefined): void {
    const leftOut = this.throttle.pass();
    if (leftOut !== null) this.logger.warn({ id, code: error.code, cause: describeCause(error.cause), leftOut });
  }
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  return (error as { status?: number } | null | undefined)?.status;
}
