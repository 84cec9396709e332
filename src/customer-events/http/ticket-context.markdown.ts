import { CONTEXT_MAX_BYTES, type EventRun, type LatestEvent, type TicketContext } from '../domain/ticket-context.ts';
import { fitting } from './byte-budget.ts';
import { SUMMARY_MAX_BYTES } from './ticket-context.response.ts';

/** Headings, and the heading with the customer's id, which has at most 255 characters. */
const FRAME_BYTES = 1_536;

const LEFT_OUT = '_Some of it is left out, for length._\n';

/**
 * A ticket's context as a short note. What comes from senders is data: a payload stands in a fence
 * that it cannot close, an id and a type in code spans.
 */
export function ticketContextMarkdown(externalId: string, context: TicketContext): string {
  const summary = fitting(context.summary, summaryLine, SUMMARY_MAX_BYTES);
  const entries = fitting(foldedEvents(context), entryText, CONTEXT_MAX_BYTES - FRAME_BYTES - summary.bytes);
  return [
    `# Customer ${codeSpan(externalId)} as of ${context.asOf}\n`,
    '## Summary\n',
    summary.items.length === 0 ? 'No events in the window.\n' : summary.items.map(summaryLine).join(''),
    '## Latest events\n',
    entries.items.length === 0 && !entries.cut ? 'None.\n' : entries.items.map(entryText).join(''),
    ...(summary.cut || entries.cut ? [LEFT_OUT] : []),
  ].join('\n');
}

/** An event, or the latest of a run with the run. */
interface Entry {
  readonly event: LatestEvent;
  readonly run: EventRun | undefined;
}

/** The events with each run folded into its latest event. */
function foldedEvents({ events, runs }: TicketContext): Entry[] {
  const entries: Entry[] = [];
  for (const [index, event] of events.entries()) {
    const latest = entries.at(-1);
    const continues = events[index - 1]?.type === event.type;
    if (continues && latest?.run !== undefined) continue;
    entries.push({
      event,
      run: runs.find(
        ({ type, lastOccurredAt }) => !continues && type === event.type && lastOccurredAt === event.occurredAt,
      ),
    });
  }
  return entries;
}

function entryText({ event, run }: Entry): string | null {
  if (event.payload === null) return null;
  const type = codeSpan(event.type);
  const title =
    run === undefined
      ? `${event.occurredAt} ${type}`
      : `${run.firstOccurredAt} to ${run.lastOccurredAt} ${type} × ${run.count}, the latest with`;
  const fence = fenceFor(event.payload.text);
  return `${title}\n\n${fence}json\n${event.payload.text}\n${fence}\n\n`;
}

const summaryLine = ({ type, count, firstOccurredAt, lastOccurredAt }: EventRun): string =>
  count === 1
    ? `- ${codeSpan(type)} × 1, ${lastOccurredAt}\n`
    : `- ${codeSpan(type)} × ${count}, ${firstOccurredAt} to ${lastOccurredAt}\n`;

/** A fence that is longer than any row of backticks in the text (CommonMark 0.31, 4.5). */
const fenceFor = (text: string): string => '`'.repeat(Math.max(3, longestBackticks(text) + 1));

/** A code span whose delimiters do not occur in the text (CommonMark 0.31, 6.1). */
function codeSpan(text: string): string {
  const longest = longestBackticks(text);
  const ticks = '`'.repeat(longest + 1);
  return longest === 0 ? `${ticks}${text}${ticks}` : `${ticks} ${text} ${ticks}`;
}

const longestBackticks = (text: string): number =>
  Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
