import { encodedMembers } from '../../../libs/json-payload/encoded-members.ts';
import type { JsonText } from '../../../libs/json-payload/json-text.ts';
import { encodeJson, type Encodable } from '../../platform/http/response/encode-json.ts';
import type { Attention } from '../application/attention.ts';
import type { ContextEvent, TicketContext } from '../application/ticket-contexts.ts';
import { fitItems, leastBytes, type Fitted, type FittingItem, type Omission } from '../domain/context-fitting.ts';
import type { Customer } from '../domain/customer.ts';
import { CONTEXT_MAX_BYTES } from '../domain/ticket-context.ts';
import { fitting } from './byte-budget.ts';
import { customerEventResponse } from './customer-event.response.ts';
import { eventDisplayResponse } from './event-display.response.ts';
import { planLine } from './plan-line.ts';
import { shortTitle } from './short-title.ts';
import {
  type AttentionResponse,
  type ContextCustomerResponse,
  type EventOutlineResponse,
  type OmissionResponse,
  type TicketContextResponse,
  type UnlistedResponse,
} from './ticket-context.response.ts';
import { typeSummaryResponse } from './timeline.response.ts';

/** The envelope around the context: 63 bytes, and an instant of the year 10000 would be three more. */
const ENVELOPE_BYTES = 80;
const RUNS_MAX_BYTES = 2_048;
export const SUMMARY_MAX_BYTES = 4_096;

/** @param wantsDisplay whether events come with how they are displayed. */
export function ticketContextResponse(context: TicketContext, wantsDisplay: boolean): Encodable<TicketContextResponse> {
  const head = {
    asOf: context.asOf,
    customer: wantsDisplay && context.customer !== null ? contextCustomer(context.customer) : undefined,
    attention: wantsDisplay || context.attention.length > 0 ? context.attention.map(attentionResponse) : undefined,
  };
  const items = context.events.map((event) => jsonItem(event, wantsDisplay));
  const { asOf } = head;
  const largest = { unlisted: MAX_UNLISTED, leftOut: [], events: [], runs: [], summary: [], truncated: false, asOf };
  const fixed = ENVELOPE_BYTES + Buffer.byteLength(encodeJson(head) + encodeJson(largest));
  const room = CONTEXT_MAX_BYTES - fixed - leastBytes(items, omissionBytes);
  const runs = fitting(context.runs.map(typeSummaryResponse), withComma, Math.min(RUNS_MAX_BYTES, room));
  const summary = fitting(
    context.summary.map(typeSummaryResponse),
    withComma,
    Math.min(SUMMARY_MAX_BYTES, room - runs.bytes),
  );
  const fitted = fitItems(items, omissionBytes, CONTEXT_MAX_BYTES - fixed - runs.bytes - summary.bytes);
  const leftOut = omissionsOf(fitted);
  const unlisted = unlistedOf(context.moreAttention, runs.leftOut.length, summary.leftOut);
  return {
    ...head,
    events: fitted.shown.map(({ item, isWhole }) => (isWhole ? (item.whole as JsonText) : item.outline)),
    leftOut: leftOut.length > 0 ? leftOut : undefined,
    runs: [...runs.items],
    summary: [...summary.items],
    unlisted,
    truncated: unlisted !== undefined || leftOut.length > 0 || fitted.shown.some(({ isWhole }) => !isWhole),
  };
}

const MAX_UNLISTED = { attention: 1e9, runs: 1e9, summary: 1e9, summaryEvents: 1e12 } satisfies UnlistedResponse;

export function unlistedOf(
  attention: number,
  runs: number,
  types: readonly { count: number }[],
): UnlistedResponse | undefined {
  if (attention + runs + types.length === 0) return undefined;
  return { attention, runs, summary: types.length, summaryEvents: types.reduce((sum, { count }) => sum + count, 0) };
}

interface JsonItem extends FittingItem {
  readonly whole: JsonText | null;
  readonly outline: JsonText;
}

function jsonItem(of: ContextEvent, wantsDisplay: boolean): JsonItem {
  const { event, display, rank, isReserved, missingBehind } = of;
  const { payload } = event;
  const whole =
    payload === null
      ? null
      : customerEventResponse({ ...event, payload }, wantsDisplay ? eventDisplayResponse(display) : null);
  const outline = eventOutlineResponse(of, wantsDisplay);
  return {
    id: event.id,
    rank,
    isReserved,
    counts: [{ type: event.type, count: 1 }],
    missingBehind,
    whole,
    outline,
    wholeBytes: whole === null ? null : Buffer.byteLength(withComma(whole)),
    outlineBytes: Buffer.byteLength(withComma(outline)),
  };
}

const encodedOutline = encodedMembers<EventOutlineResponse>();

function eventOutlineResponse({ event, display }: ContextEvent, wantsDisplay: boolean): JsonText {
  const { id, customerId, type, occurredAt, createdAt, eventId, payloadBytes } = event;
  const title = shortTitle(display.title);
  const optional = eventId === null ? '' : (`,"eventId":${JSON.stringify(eventId)}` as const);
  const shown = { ...display, title, url: null, fields: [] };
  const withDisplay = wantsDisplay ? (`,"display":${eventDisplayResponse(shown).text}` as const) : '';
  const what = `"type":${JSON.stringify(type)},"title":${JSON.stringify(title)}` as const;
  const when = `"occurredAt":"${occurredAt}","createdAt":"${createdAt}"` as const;
  const payload = `"payloadBytes":${payloadBytes},"payloadLeftOut":true` as const;
  return encodedOutline(
    `{"id":"${id}","customerId":"${customerId}",${what},${when}${optional},${payload}${withDisplay}}`,
  );
}

const contextCustomer = ({ externalId, name, metadata }: Customer): ContextCustomerResponse => ({
  ...{ externalId, name },
  plan: planLine(metadata),
});

const attentionResponse = ({ type, title, count, last, id }: Attention): AttentionResponse => ({
  type,
  title: shortTitle(title),
  count,
  last,
  id,
});

const omissionsOf = ({ shown, rest }: Fitted<JsonItem>): OmissionResponse[] =>
  [...shown.map(({ omission }) => omission), rest].flatMap((one) => (one === undefined ? [] : omissionResponse(one)));

const omissionResponse = ({ after, before, count, types }: Omission): OmissionResponse => ({
  after,
  before,
  count,
  types: types.map(({ type, count: ofType }) => ({ type, count: ofType })),
});

const omissionBytes = (omission: Omission): number => Buffer.byteLength(withComma(omissionResponse(omission)));

const withComma = (item: object): string => `${encodeJson(item)},`;
