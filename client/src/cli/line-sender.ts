import type { CustomerEvents } from '../customer-events.ts';
import { encodeEvent } from '../encode-event.ts';
import { type ErrorDetails, RecordError, UndeliveredError } from '../errors.ts';
import type { CustomerEvent } from '../event.ts';
import type { Connection } from './arguments.ts';
import { openClient } from './connection.ts';
import { eventOfLine, LineProblem } from './line-event.ts';
import { MAX_LINE_BYTES, type NumberedLine } from './numbered-lines.ts';
import { isOfTheEvent, isReplay, refusalText } from './outcome.ts';
import type { OwnFile } from './own-file.ts';
import { tell } from './printable.ts';
import type { Summary } from './summary.ts';

/** Lines that are held, until it is known what became of them. */
const MAX_LINES_HELD = 2_000;
const MAX_BYTES_HELD = 16_777_216;
const BATCH_EVENTS = 500;
/** Beyond the longest line: the service says what is too long for it. */
const MAX_EVENT_BYTES = 2 * MAX_LINE_BYTES;
const MAX_TOLD = 20;
const MAX_ERRORS = 100;

/** Where lines go that are to be looked at. */
export interface LineFiles {
  readonly rejected: OwnFile;
  readonly undelivered: OwnFile;
}

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly details?: ErrorDetails | undefined;
}

/** Sends lines by the client, and keeps account of what becomes of each. */
export class LineSender {
  readonly #client: CustomerEvents;
  readonly #files: LineFiles;
  readonly #onStop: () => void;
  readonly #errors: { line: number; code: string; message: string }[] = [];
  readonly #undelivered: { readonly number: number; readonly event: CustomerEvent }[] = [];
  readonly #counts = { lines: 0, created: 0, replayed: 0, rejected: 0 };
  #throughLine = 0;
  #linesHeld = 0;
  #bytesHeld = 0;
  #failure: string | undefined;
  #wake: (() => void) | undefined;
  #hasToldOfIds = false;

  /** @param onStop called when no more lines are taken. @throws CliError where the connection cannot be used. */
  constructor(connection: Connection, timeoutMs: number, files: LineFiles, onStop: () => void) {
    this.#client = openClient(connection, {
      deliveryTimeoutMs: timeoutMs,
      // Two: one is read by the service while the other is made. The events of a customer stay in order.
      inFlight: 2,
      batch: { events: BATCH_EVENTS, bytes: MAX_EVENT_BYTES },
      queue: { events: 2 * MAX_LINES_HELD, bytes: 4 * MAX_BYTES_HELD },
      maxPayloadBytes: MAX_EVENT_BYTES,
    }).client;
    this.#files = files;
    this.#onStop = onStop;
  }

  get counts(): { readonly lines: number; readonly rejected: number } {
    return this.#counts;
  }

  get isStopped(): boolean {
    return this.#failure !== undefined;
  }

  /** Takes no more lines. @param failure why, for the summary */
  stop(failure: string): void {
    if (this.isStopped) return;
    this.#failure = failure;
    this.#onStop();
    this.#wake?.();
  }

  /** Waits until another line may be held. @returns false where it has stopped. */
  async hasRoom(): Promise<boolean> {
    while (!this.isStopped && (this.#linesHeld >= MAX_LINES_HELD || this.#bytesHeld >= MAX_BYTES_HELD))
      await this.#change();
    return !this.isStopped;
  }

  send(line: NumberedLine): void {
    this.#throughLine = line.number;
    this.#counts.lines++;
    let event: CustomerEvent;
    try {
      event = eventOfLine(line);
    } catch (error) {
      if (!(error instanceof LineProblem)) throw error;
      return this.#reject(line, error);
    }
    this.#tellOfIds(line, event);
    const bytes = line.text?.length ?? 0;
    this.#linesHeld++;
    this.#bytesHeld += bytes;
    const release = (): void => {
      this.#linesHeld--;
      this.#bytesHeld -= bytes;
      this.#wake?.();
    };
    // What it throws is a fault of this program: it shall be seen, and end it.
    void this.#client
      .record(event)
      .then(
        ({ status }) => void this.#counts[status]++,
        (error: unknown) => this.#failed(line, event, error),
      )
      .finally(release);
  }

  /**
   * Waits until it is known what became of each line.
   *
   * @param withinMs where it has stopped: what is not known then counts as undelivered.
   */
  async end(withinMs: number): Promise<void> {
    while (!this.isStopped && this.#linesHeld > 0) await this.#change();
    await this.#client.close({ timeoutMs: withinMs });
    while (this.#linesHeld > 0) await this.#change();
    this.#writeUndelivered();
    this.#files.rejected.close();
    this.#files.undelivered.close();
  }

  summary(): Omit<Summary, 'file' | 'seconds'> {
    return {
      finished: !this.isStopped,
      throughLine: this.#throughLine,
      ...this.#counts,
      rejectedFile: this.#files.rejected.isWritten ? this.#files.rejected.path : null,
      undelivered: this.#undelivered.length,
      undeliveredFile: this.#files.undelivered.isWritten ? this.#files.undelivered.path : null,
      errors: this.#errors,
      ...(this.#failure !== undefined && { failure: this.#failure }),
    };
  }

  #failed(line: NumberedLine, { occurredAt }: CustomerEvent, error: unknown): void {
    if (error instanceof RecordError && isReplay(error, (occurredAt ?? null) !== null)) {
      this.#counts.replayed++;
      return;
    }
    if (error instanceof RecordError && isOfTheEvent(error.code)) return this.#reject(line, error);
    if (!(error instanceof RecordError || error instanceof UndeliveredError)) throw error;
    this.#undelivered.push({ number: line.number, event: error.event });
    const { cause } = error;
    const last = cause instanceof Error ? ` (${cause.message})` : '';
    this.stop(
      error instanceof RecordError ? refusalText(error) : `the service did not take line ${line.number} in time${last}`,
    );
  }

  #reject(line: NumberedLine, { code, message, details }: Refusal): void {
    const { number, text } = line;
    this.#counts.rejected++;
    if (this.#errors.length < MAX_ERRORS) this.#errors.push({ line: number, code, message });
    if (this.#counts.rejected <= MAX_TOLD) tell(`line ${number}: ${refusalText({ code, message, details })}`);
    if (this.#counts.rejected === MAX_TOLD + 1)
      tell(`more lines are refused: all of them stand in ${this.#files.rejected.path}`);
    const about = JSON.stringify({ line: number, code, message, details });
    try {
      this.#files.rejected.write(`{"rejected":${about}${contentOf(text)}}`);
    } catch (error) {
      const { path } = this.#files.rejected;
      this.stop(`line ${number} was refused, and cannot be written to ${path} (${codeOf(error)})`);
    }
  }

  #tellOfIds({ number }: NumberedLine, { eventId }: CustomerEvent): void {
    if (this.#hasToldOfIds || (eventId !== undefined && eventId !== null)) return;
    this.#hasToldOfIds = true;
    tell(
      `Line ${number} has no eventId, and gets one that only this run knows: sent a second time, it is stored a second time`,
    );
  }

  #writeUndelivered(): void {
    const limits = { payloadBytes: MAX_EVENT_BYTES, eventBytes: MAX_EVENT_BYTES };
    const events = this.#undelivered.sort((a, b) => a.number - b.number).map(({ event }) => event);
    try {
      // Between the tokens of a payload there may be line ends, in its strings there is none.
      for (const event of events)
        this.#files.undelivered.write(encodeEvent(event, limits).text.replace(/[\r\n]+/g, ' '));
    } catch (error) {
      this.#failure += `; ${events.length} lines were not delivered, and cannot be written to ${this.#files.undelivered.path} (${codeOf(error)})`;
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }
}

/** A line that was no JSON stands under `text`, to be fixed there. */
function contentOf(text: string | undefined): string {
  if (text === undefined) return '';
  try {
    JSON.parse(text);
    return `,"event":${text.trim()}`;
  } catch {
    return `,"text":${JSON.stringify(text)}`;
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);
