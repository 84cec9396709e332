import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { RecordError, UndeliveredError } from '../errors.ts';
import { type RawJson, rawJson } from '../json-text.ts';
import type { Connection, SendOne } from './arguments.ts';
import { CliError } from './cli-error.ts';
import { openClient } from './connection.ts';
import { FAILED, INTERRUPTED, isOfTheEvent, isReplay, REFUSED, refusalText } from './outcome.ts';
import { printable, printableJsonText, tell } from './printable.ts';

/** Larger than any event that the service takes. */
const MAX_PAYLOAD_BYTES = 1_000_000;

/** `send user_42 order.placed --payload @-`. @returns the exit status. @throws CliError */
export async function sendOne(args: SendOne, connection: Connection, json: boolean): Promise<number> {
  const { customer, type, eventId, occurredAt, timeoutMs } = args;
  const payload = await payloadOf(args.payload);
  const { client } = openClient(connection, {
    deliveryTimeoutMs: timeoutMs,
    batch: { bytes: 2 * MAX_PAYLOAD_BYTES },
    maxPayloadBytes: MAX_PAYLOAD_BYTES,
  });
  let isInterrupted = false;
  const interrupt = (): void => {
    isInterrupted = true;
    void client.close({ timeoutMs: 0 });
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const recorded = await client.record({ customerExternalId: customer, type, payload, eventId, occurredAt });
    const line = `${recorded.status} ${recorded.id}, eventId ${recorded.eventId}`;
    process.stdout.write(`${json ? printableJsonText(JSON.stringify(recorded)) : printable(line)}\n`);
    return 0;
  } catch (error) {
    if (error instanceof RecordError) {
      if (isReplay(error, occurredAt !== undefined)) return printReplay(eventId as string, json);
      tell(`Refused: ${refusalText(error)}`);
      return isOfTheEvent(error.code) ? REFUSED : FAILED;
    }
    if (!(error instanceof UndeliveredError)) throw error;
    const { event } = error;
    const why = isInterrupted ? 'interrupted' : `${timeoutMs / 1000} s are over, ${causeText(error)}`;
    tell(`Not confirmed: ${why}. It may be stored; send it again with the same id and instant:`);
    tell(`  --event-id ${event.eventId} --occurred-at ${event.occurredAt}`);
    return isInterrupted ? INTERRUPTED : FAILED;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/** Without the service's id of the event, which a conflict does not name. */
function printReplay(eventId: string, json: boolean): number {
  const line = json ? JSON.stringify({ status: 'replayed', eventId }) : `replayed, eventId ${eventId}`;
  process.stdout.write(`${line}\n`);
  return 0;
}

const causeText = ({ cause }: UndeliveredError): string =>
  cause instanceof Error ? `and the last failure was: ${cause.message}` : 'and there was no response';

async function payloadOf(argument: string | undefined): Promise<RawJson | undefined> {
  if (argument === undefined) return undefined;
  const text = argument.startsWith('@') ? await contentOf(argument.slice(1)) : argument;
  try {
    return rawJson(text);
  } catch {
    // What JSON.parse says has a part of the payload in it.
    throw new CliError('The payload is not valid JSON: it is {"key":"value",…}, @FILE, or @- for standard input');
  }
}

async function contentOf(path: string): Promise<string> {
  try {
    const bytes = path === '-' ? await buffer(process.stdin) : readFileSync(path);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CliError(
      `The payload cannot be read: ${code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not UTF-8' : code}`,
    );
  }
}
