import { Inject, Injectable, type CanActivate, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Counts } from '../../../../libs/kernel/counts.ts';
import { defineErrorOf } from '../../../../libs/kernel/domain-error.ts';
import { HttpError } from '../errors/http-error.ts';
import { callerOf } from '../request/caller.ts';
import { whenClosed } from '../request/in-flight-request.ts';
import { RouteMark } from '../request/route-mark.ts';

const COSTLY = new RouteMark<(request: Request) => boolean>('costly');
const RETRY_AFTER_SECONDS = 1;

/** The injection token of how many costly requests of one app may be in flight. */
export const MAX_COSTLY_REQUESTS_PER_APP = 'MAX_COSTLY_REQUESTS_PER_APP';

export const tooManyCostlyRequests = defineErrorOf(
  HttpError,
  'too-many',
  'TOO_MANY_REQUESTS',
  (limit: number) => ({
    message:
      `The keys of this app have ${limit} requests in flight of those that cost much ` +
      '(import, export, erasure, summary, filtered pages, searches, heads and days of the agent page, long contexts, lists of customers, lists of event types and of all their rules, audit); send the request again when one has ended',
    details: { limit, retryAfterSeconds: RETRY_AFTER_SECONDS },
    headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
  }),
  16,
);

/**
 * Marks a route that may cost much more than others: only so many of them may be in flight for one app.
 *
 * @param isCostly which of its requests are; all, if it is left out.
 */
export const Costly = (isCostly: (request: Request) => boolean = () => true): CustomDecorator => COSTLY.as(isCostly);

/** Counts the costly requests of each app, from their beginning until their response has closed. */
@Injectable()
export class CostlyRequestsGuard implements CanActivate {
  private readonly inFlight = new Counts();

  constructor(@Inject(MAX_COSTLY_REQUESTS_PER_APP) private readonly limit: number) {}

  /** @throws TOO_MANY_REQUESTS, Abandoned */
  canActivate(context: ExecutionContext): boolean {
    const isCostly = COSTLY.of(context.getHandler());
    if (isCostly === undefined) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    if (!isCostly(request)) return true;
    const { id } = callerOf(request).app;
    if (this.inFlight.of(id) >= this.limit) throw tooManyCostlyRequests(this.limit);
    whenClosed(http.getResponse<Response>(), () => this.inFlight.remove(id));
    this.inFlight.add(id);
    return true;
  }
}
