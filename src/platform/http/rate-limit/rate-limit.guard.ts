import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request, Response } from 'express';
import { callerOf, WITHOUT_KEY } from '../request/caller.ts';
import { setCharge, unitsOfBytes } from '../request/request-charge.ts';
import { COST } from './costs.ts';
import { RateLimits } from './rate-limits.ts';

/** A body that is announced to be larger is refused unread. */
const MAX_CHARGED_BYTES = 8_388_608;

/**
 * Charges every request with a key before anything of its body is read, so that a key over its rate costs
 * next to nothing, and a body that is refused was counted. It runs after the guard that finds the caller.
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(private readonly limits: RateLimits) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (WITHOUT_KEY.of(context.getClass()) === true) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const cost = COST.of(context.getHandler());
    if (cost === undefined) throw new Error('a route with a key must say what a request costs: @Costs(…)');
    if (cost === 'by-body') {
      setCharge(request, await this.limits.events.take(callerOf(request), announcedUnits(request), response), true);
    } else {
      const caller = callerOf(request);
      const limit = caller.session === null ? this.limits.reads : this.limits.sessionReads;
      setCharge(request, await limit.take(caller, typeof cost === 'number' ? cost : cost(request), response), false);
    }
    return true;
  }
}

const announcedUnits = ({ headers }: Request): number =>
  Math.max(1, unitsOfBytes(Math.min(Number(headers['content-length'] ?? 0), MAX_CHARGED_BYTES)));
