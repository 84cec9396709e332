import { setTimeout as sleep } from 'node:timers/promises';
import { RequestError } from '../errors.ts';
import type { TimelineEvent } from '../reading.ts';
import { isRetryable } from '../retry.ts';
import type { Connection, Tail } from './arguments.ts';
import { type Opened, openClient } from './connection.ts';
import { FAILED, INTERRUPTED, refusalText } from './outcome.ts';
import { printableJsonText, tell } from './printable.ts';

/** The newest events that are looked at each time: the largest page. */
const PAGE = 200;
/** Ids of events that were seen, some 10 MB. */
const MAX_SEEN = 100_000;
/** An event that comes later than that after it happened is not shown. */
const LATE_MS = 3_600_000;
const TERMINATED = 143;

/** `tail user_42`: until it is ended. @returns the exit status. */
export async function tail(args: Tail, connection: Connection, json: boolean): Promise<number> {
  const ending = new AbortController();
  let status = 0;
  const endBy = (code: number) => (): void => {
    status = code;
    ending.abort();
  };
  process.once('SIGINT', endBy(INTERRUPTED)).once('SIGTERM', endBy(TERMINATED));
  // Who reads the output has had enough, such as "head -1".
  process.stdout.once('error', endBy(0));
  const timeline = new NewEvents(openClient(connection), args, ending.signal);
  try {
    for (;;) {
      const events = await timeline.next();
      if (events.length > 0) await written(events.map((event) => `${lineOf(event, json)}\n`).join(''), ending.signal);
      await sleep(args.intervalMs, undefined, { signal: ending.signal });
    }
  } catch (error) {
    if (ending.signal.aborted) return status;
    if (!(error instanceof RequestError)) throw error;
    tell(refusalText(error));
    return FAILED;
  }
}

/** The events of a customer as they come, each once. */
class NewEvents {
  readonly #service: Opened;
  readonly #args: Tail;
  readonly #signal: AbortSignal;
  readonly #seen = new Set<string>();
  /** When the oldest event of the first look had happened, and when the newest had come. */
  #first: { readonly oldestAt: number; readonly newestCreatedAt: number } | undefined;

  constructor(service: Opened, args: Tail, signal: AbortSignal) {
    this.#service = service;
    this.#args = args;
    this.#signal = signal;
  }

  /** @returns in the order of the timeline. @throws RequestError where asking again does not help. */
  async next(): Promise<TimelineEvent[]> {
    const isFirstLook = this.#first === undefined;
    const found = await this.#look(isFirstLook);
    if (found === undefined) return [];
    const fresh = found.filter((event) => !this.#seen.has(event.id) && !this.#wasThere(event));
    for (const { id } of found) this.#see(id);
    if (!isFirstLook) return fresh.reverse();
    this.#first = {
      oldestAt: Date.parse(found.at(-1)?.occurredAt ?? ''),
      newestCreatedAt: Math.max(...found.map(({ createdAt }) => Date.parse(createdAt))),
    };
    return fresh.slice(0, this.#args.last).reverse();
  }

  /**
   * What is new is among the newest page, or on the pages behind it up to one that has an event that is known.
   *
   * @returns the newest first; undefined: the service did not respond.
   */
  async #look(isFirst: boolean): Promise<TimelineEvent[] | undefined> {
    const found: TimelineEvent[] = [];
    const { customer, types, last } = this.#args;
    // Not further back: of a type that is rare, the whole history would be gone through each time.
    const filter = { type: types, limit: PAGE, signal: this.#signal, ...(isFirst ? {} : { from: this.#horizon() }) };
    let isJoined = isFirst;
    try {
      for await (const event of this.#service.client.timeline(customer, filter)) {
        if (isJoined && found.length >= PAGE) break;
        if (isFirst && found.length >= last && Date.parse(event.occurredAt) < this.#horizon().getTime()) break;
        found.push(event);
        isJoined ||= this.#seen.has(event.id) || this.#wasThere(event);
      }
      return found;
    } catch (error) {
      if (!(error instanceof RequestError) || !(error.status === 0 || isRetryable(error.status))) throw error;
      return undefined;
    }
  }

  /** By the clock of the service: this machine's may be wrong. */
  #horizon(): Date {
    return new Date((this.#service.serviceTime() ?? Date.now()) - LATE_MS);
  }

  /** An old event that has come among the newest, because newer ones were erased. */
  #wasThere({ occurredAt, createdAt }: TimelineEvent): boolean {
    if (this.#first === undefined) return false;
    return Date.parse(occurredAt) < this.#first.oldestAt && Date.parse(createdAt) < this.#first.newestCreatedAt;
  }

  #see(id: string): void {
    // Those that are among the newest stay.
    this.#seen.delete(id);
    this.#seen.add(id);
    if (this.#seen.size > MAX_SEEN) this.#seen.delete(this.#seen.values().next().value as string);
  }
}

function lineOf(event: TimelineEvent, json: boolean): string {
  const { payloadText, ...fields } = event;
  if (!json) return printableJsonText(`${event.occurredAt}  ${event.type}  ${payloadText}`);
  // The payload as it is: a number may have more digits than JavaScript keeps.
  const members = Object.entries(fields).map(
    ([name, value]) => `${JSON.stringify(name)}:${name === 'payload' ? payloadText : JSON.stringify(value)}`,
  );
  return printableJsonText(`{${members.join()}}`);
}

/** Waits for a reader who is slow. */
async function written(text: string, signal: AbortSignal): Promise<void> {
  if (process.stdout.write(text)) return;
  await new Promise<void>((resolve) => {
    process.stdout.once('drain', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
