import { Injectable } from '@nestjs/common';
import type { InFlightRequest, RequestObserver } from '../../platform/http/request/in-flight-request.ts';
import { EventCounts } from './event-counts.ts';

const SINGLE_EVENT_ROUTE = '/api/v1/customer-events';
/** Refusals for what an event is; others (key, rate, time) say nothing of it. */
const REJECTED = new Set([400, 404, 409, 410, 413, 415]);

/**
 * Counts the events that come one by one. It observes requests, because many are refused before any
 * handler sees them.
 */
@Injectable()
export class SingleEventCounter implements RequestObserver {
  constructor(private readonly eventCounts: EventCounts) {}

  ended({ route, status }: InFlightRequest): void {
    if (route !== SINGLE_EVENT_ROUTE) return;
    if (status === 201) this.eventCounts.add('single', { created: 1 });
    else if (status === 200) this.eventCounts.add('single', { replayed: 1 });
    else if (REJECTED.has(status)) this.eventCounts.add('single', { rejected: 1 });
  }
}
