import { describe, expect, it } from '@jest/globals';
import type { ErrorKind } from '../../../libs/kernel/domain-error.ts';
import type { InFlightRequest } from '../../platform/http/request/in-flight-request.ts';
import { EventCounts } from './event-counts.ts';
import { SingleEventCounter } from './single-event-counter.ts';

const ROUTE = '/api/v1/customer-events';

describe('SingleEventCounter', () => {
  /** What is counted of one request that is over. */
  const counted = (status: number, kind?: ErrorKind, more: { finished?: boolean; route?: string } = {}) => {
    const counts = new EventCounts();
    const failure = kind === undefined ? undefined : { kind, code: 'ANY' };
    const caller = { app: { slug: 'acme' } };
    new SingleEventCounter(counts).ended({
      ...{ route: ROUTE, finished: true, status, failure, caller },
      ...more,
    } as InFlightRequest);
    return Object.entries(counts.counts.get('acme')?.get('single') ?? {})
      .filter(([, count]) => count > 0)
      .map(([outcome]) => outcome);
  };

  it('counts a 201 as created and a 200 as replayed', () => {
    expect(counted(201)).toEqual(['created']);
    expect(counted(200)).toEqual(['replayed']);
  });

  const rejected: Record<ErrorKind, boolean> = {
    invalid: true,
    unauthenticated: false,
    forbidden: false,
    'not-found': true,
    'method-not-allowed': false,
    timeout: false,
    conflict: true,
    gone: true,
    'precondition-failed': false,
    'too-large': true,
    unsupported: true,
    'too-many': false,
    internal: false,
    unavailable: false,
  };
  it.each(Object.entries(rejected) as [ErrorKind, boolean][])(
    'counts a failure of the kind %s as a rejected event: %s',
    (kind, isRejection) => expect(counted(400, kind)).toEqual(isRejection ? ['rejected'] : []),
  );

  it('counts nothing where the client went away, and nothing of other routes', () => {
    expect(counted(499, undefined, { finished: false })).toEqual([]);
    expect(counted(499, 'invalid', { finished: false })).toEqual([]);
    expect(counted(201, undefined, { route: `${ROUTE}/batch` })).toEqual([]);
  });
});
