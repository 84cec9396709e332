import { Injectable } from '@nestjs/common';
import type { ErrorKind } from '../../../libs/kernel/domain-error.ts';
import type { InFlightRequest, RequestObserver } from '../../platform/http/request/in-flight-request.ts';
import { EventCounts } from './event-counts.ts';

const SINGLE_EVENT_ROUTE = '/api/v1/customer-events';
/** Failures because of what an event is; others (key, rate, time) say nothing about it. */
const REJECTIONS: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'invalid',
  'not-found',
  'conflict',
  'gone',
  'too-large',
  'unsupported',
]);

/**
 * Counts the events that come one by one. It observes requests, because many are refused before any
 * handler sees them.
 */
@Injectable()
export class SingleEventCounter implements RequestObserver {
  constructor(private readonly eventCounts: EventCounts) {}

  ended({ route, status, finished, failure, caller }: InFlightRequest): void {
    if (route !== SINGLE_EVENT_ROUTE || !finished || caller === undefined) return;
    const { slug } = caller.app;
    if (failure !== undefined) {
      if (REJECTIONS.has(failure.kind)) this.eventCounts.add(slug, 'single', { rejected: 1 });
    } else if (status === 201) this.eventCounts.add(slug, 'single', { created: 1 });
    else if (status === 200) this.eventCounts.add(slug, 'single', { replayed: 1 });
  }
}
