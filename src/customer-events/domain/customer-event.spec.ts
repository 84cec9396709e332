import { describe, expect, it } from '@jest/globals';
import { aCustomer, anEvent, instant } from '../../../test/support/builders.ts';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import { differingFields, EVENT_ID_PATTERN, type EventDraft } from './customer-event.ts';

const STORED = anEvent(aCustomer('user_42'), {
  type: 'a',
  payload: new JsonText('{"n":1.0,"m":[]}'),
  occurredAt: instant('2026-04-18'),
  eventId: 'e',
});

const draft = (fields: Partial<EventDraft> = {}): EventDraft => ({
  customerExternalId: 'user_42',
  type: 'a',
  payload: new JsonText('{"n":1.0,"m":[]}'),
  occurredAt: instant('2026-04-18'),
  eventId: 'e',
  ...fields,
});

describe('differingFields', () => {
  it.each<[string, Partial<EventDraft>]>([
    ['of the same content', {}],
    ['without an instant: the first request got "now"', { occurredAt: undefined }],
    ['with the same instant, written otherwise', { occurredAt: instant('2026-04-18T02:00:00.000+02:00') }],
    ['with keys in another order', { payload: new JsonText('{"m":[],"n":1.0}') }],
  ])('of a draft %s are none', (_, fields) => {
    expect(differingFields(draft(fields), STORED)).toEqual([]);
  });

  it.each<[string, Partial<EventDraft>, string[]]>([
    ['another type', { type: 'A' }, ['type']],
    ['another instant, by a microsecond', { occurredAt: instant('2026-04-18T00:00:00.000001Z') }, ['occurredAt']],
    ['a number written otherwise', { payload: new JsonText('{"n":1,"m":[]}') }, ['payload']],
    ['a member less', { payload: new JsonText('{"n":1.0}') }, ['payload']],
    [
      'everything',
      { type: 'b', occurredAt: instant('2020-01-01'), payload: new JsonText('{}') },
      ['type', 'occurredAt', 'payload'],
    ],
  ])('of a draft with %s are named', (_, fields, differing) => {
    expect(differingFields(draft(fields), STORED)).toEqual(differing);
  });
});

describe('EVENT_ID_PATTERN', () => {
  it.each(['a', 'A-Z_a-z.0:9', '-', 'x'.repeat(255)])('takes %s', (id) => expect(EVENT_ID_PATTERN.test(id)).toBe(true));
  it.each(['', 'a b', 'a/b', 'é', 'a\n', '"a"', 'a,b', 'x'.repeat(256)])('refuses %j', (id) =>
    expect(EVENT_ID_PATTERN.test(id)).toBe(false),
  );
});
