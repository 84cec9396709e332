import type { Attention } from '../application/attention.ts';
import type { ContextEvent, TicketContext } from '../application/ticket-contexts.ts';
import {
  fitItems,
  leastBytes,
  type Fitted,
  type FittingItem,
  type Omission,
  type TypeCount,
} from '../domain/context-fitting.ts';
import { customerPlan } from '../domain/customer-plan.ts';
import type { Customer } from '../domain/customer.ts';
import { plainLine } from '../domain/plain-line.ts';
import { CONTEXT_MAX_BYTES, type EventRun } from '../domain/ticket-context.ts';
import type { TypeSummary } from '../domain/timeline.ts';
import { fitting } from './byte-budget.ts';
import { codeSpan, fenceFor } from './markdown-text.ts';
import { shortTitle } from './short-title.ts';
import { SUMMARY_MAX_BYTES, unlistedOf } from './ticket-context.json.ts';
import type { UnlistedResponse } from './ticket-context.response.ts';

/** Headings, ends of lines, and what tells how much of the summary is left out. */
const FRAME_BYTES = 512;
const NAME_MAX_CHARACTERS = 100;

const LEFT_OUT = '_Some of it is left out, for length._\n';

/**
 * A ticket's context as a short note. What comes from senders is data: a payload stands in a fence
 * that it cannot close, an id, a type, a name and a title in code spans.
 */
export function ticketContextMarkdown(externalId: string, context: TicketContext): string {
  const head = noteHead(externalId, context);
  const items = foldedEvents(context).map((entry) => markdownItem(entry, context.hasRules));
  const room = CONTEXT_MAX_BYTES - FRAME_BYTES - Buffer.byteLength(head);
  const summary = fitting(
    context.summary,
    summaryLine,
    Math.min(SUMMARY_MAX_BYTES, room - leastBytes(items, omissionBytes)),
  );
  const fitted = fitItems(items, omissionBytes, room - summary.bytes);
  const unlisted = unlistedOf(context.moreAttention, 0, summary.leftOut);
  const isCut = unlisted !== undefined || fitted.rest !== undefined || fitted.shown.some(isIncomplete);
  return [
    head,
    '## Summary\n',
    context.summary.length === 0 ? 'No events in the window.\n' : summary.items.map(summaryLine).join(''),
    ...unlistedTypes(unlisted),
    '## Latest events\n',
    items.length === 0 ? 'None.\n' : entriesText(fitted),
    ...(isCut ? [LEFT_OUT] : []),
  ].join('\n');
}

function noteHead(externalId: string, { asOf, customer, attention, moreAttention, hasRules }: TicketContext): string {
  const lines = [`# Customer ${codeSpan(externalId)} as of ${asOf}\n`];
  if (customer !== null) lines.push(customerLine(customer));
  if (attention.length > 0) {
    const more = moreAttention === 0 ? [] : [`- _${counted(moreAttention, 'more type')} of warnings or errors_\n`];
    lines.push('## Needs attention\n', [...attention.map(attentionLine(hasRules)), ...more].join(''));
  }
  return lines.join('\n');
}

function customerLine({ name, metadata }: Customer): string {
  const plan = customerPlan(metadata);
  const inLine = (text: string): string => codeSpan(plainLine(text, NAME_MAX_CHARACTERS));
  return plan === null ? `Name: ${inLine(name)}\n` : `Name: ${inLine(name)}, plan: ${inLine(plan)}\n`;
}

const attentionLine =
  (hasRules: boolean) =>
  ({ type, title, count, last }: Attention): string =>
    `- ${named(type, title, hasRules)} × ${count}, the latest ${last}\n`;

/** An event, or the latest of a run with the run. */
interface Entry {
  readonly latest: ContextEvent;
  readonly run: EventRun | undefined;
  /** Of what is missing in any case before the next entry: the run tells of those of its type. */
  readonly missingBehind: readonly TypeCount[];
}

/** The events with each run folded into its latest event. */
function foldedEvents({ events, runs }: TicketContext): Entry[] {
  const entries: Entry[] = [];
  let index = 0;
  while (index < events.length) {
    const latest = events[index] as ContextEvent;
    const { id, type } = latest.event;
    const run = runs.find(({ latestId }) => latestId === id);
    const start = index;
    do index++;
    while (run !== undefined && events[index]?.event.type === type);
    const { missingBehind } = events[index - 1] as ContextEvent;
    const told = run === undefined ? 0 : run.count - (index - start);
    entries.push({ latest, run, missingBehind: without(missingBehind, type, told) });
  }
  return entries;
}

const without = (counts: readonly TypeCount[], type: string, told: number): TypeCount[] =>
  counts.map((of) => (of.type === type ? { type, count: Math.max(0, of.count - told) } : of));

interface MarkdownItem extends FittingItem {
  readonly whole: string | null;
  readonly outline: string;
}

function markdownItem({ latest, run, missingBehind }: Entry, hasRules: boolean): MarkdownItem {
  const { event, display, rank, isReserved } = latest;
  const { id, type, occurredAt, payload, payloadBytes } = event;
  const name = named(type, display.title, hasRules);
  const title =
    run === undefined
      ? `${occurredAt} ${name}`
      : `${run.firstOccurredAt} to ${run.lastOccurredAt} ${name} × ${run.count}, the latest with`;
  const whole = payload === null ? null : `${title}\n\n${fenced(payload.text)}\n\n`;
  const outline = `${title}\n\n_payload of ${payloadBytes.toLocaleString('en-US')} bytes left out_\n\n`;
  return {
    id,
    rank,
    isReserved,
    counts: [{ type, count: run?.count ?? 1 }],
    missingBehind,
    whole,
    outline,
    wholeBytes: whole === null ? null : Buffer.byteLength(whole),
    outlineBytes: Buffer.byteLength(outline),
  };
}

const fenced = (json: string): string => `${fenceFor(json)}json\n${json}\n${fenceFor(json)}`;

/** Once an app has rules, its own words come first. */
const named = (type: string, title: string, hasRules: boolean): string =>
  hasRules ? `${codeSpan(plainLine(shortTitle(title), Infinity))} (${codeSpan(type)})` : codeSpan(type);

const entriesText = ({ shown, rest }: Fitted<MarkdownItem>): string =>
  [
    ...shown.map(
      ({ item, isWhole, omission }) => omissionText(omission) + (isWhole ? (item.whole as string) : item.outline),
    ),
    omissionText(rest),
  ].join('');

const isIncomplete = ({ isWhole, omission }: { isWhole: boolean; omission: Omission | undefined }): boolean =>
  !isWhole || omission !== undefined;

function omissionText(omission: Omission | undefined): string {
  if (omission === undefined) return '';
  const { count, types } = omission;
  const others = types.reduce((left, of) => left - of.count, count);
  const parts = types.map((of) => `${of.count} ${of.type}`);
  if (others > 0) parts.push(`${others} of other types`);
  return `_${counted(count, 'event')} left out here: ${parts.join(', ')}_\n\n`;
}

const omissionBytes = (omission: Omission): number => Buffer.byteLength(omissionText(omission));

const summaryLine = ({ type, count, firstOccurredAt, lastOccurredAt }: TypeSummary): string =>
  count === 1
    ? `- ${codeSpan(type)} × 1, ${lastOccurredAt}\n`
    : `- ${codeSpan(type)} × ${count}, ${firstOccurredAt} to ${lastOccurredAt}\n`;

function unlistedTypes(unlisted: UnlistedResponse | undefined): string[] {
  if (unlisted === undefined || unlisted.summary === 0) return [];
  return [
    `_${counted(unlisted.summary, 'more type')} with ${counted(unlisted.summaryEvents, 'event')} left out here_\n`,
  ];
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
