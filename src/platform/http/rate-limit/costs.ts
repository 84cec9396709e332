import type { Request } from 'express';
import type { CustomDecorator } from '@nestjs/common';
import { RouteMark } from '../request/route-mark.ts';

/** What a request of a route costs: units of READ_LIMITS, or what its body holds, of RATE_LIMITS. */
export type Cost = number | ((request: Request) => number) | 'by-body';

export const COST = new RouteMark<Cost>('cost');

/** Charges each request of a route so many units of READ_LIMITS; a function tells them where they depend on the query. */
export const Costs = (units: number | ((request: Request) => number)): CustomDecorator => COST.as(units);

/**
 * Charges each request of a route for the events that it brings, of RATE_LIMITS: at least one, and one for
 * each 16 KiB of its body. What the body holds is known when it has been read; see `raiseCharge`.
 */
export const CostsItsEvents = (): CustomDecorator => COST.as('by-body');
