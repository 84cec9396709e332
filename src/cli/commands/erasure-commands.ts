import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { AuditLog } from '../../audit/application/audit-log.ts';
import { ErasedIds } from '../../customer-events/application/erased-ids.ts';
import type { KeptErasedId } from '../../customer-events/domain/erasure-keys.ts';
import { ErasureReplay, type ReplayCounts } from '../../customer-events/application/erasure-replay.ts';
import { Erasures } from '../../customer-events/domain/erasures.ts';
import { OperatorError } from '../error-message.ts';
import { operator } from '../operator.ts';
import { withService } from '../with-service.ts';
import { writeStdout } from './write-output.ts';
import { lineOfEntry, lineOfErasedId, parseErasureLine, secretIdOfLine, type ErasureLine } from './erasure-lines.ts';
import { millisOf } from './instant-option.ts';
import { jsonOption, print, type Printed } from './print.ts';

const IDS_AT_ONCE = 1_000;

export function erasureCommands(): Command {
  const erasures = new Command('erasures').description('erasures that a restored backup must not undo');
  erasures
    .command('export')
    .description('print all erasures that are recorded, as NDJSON of pseudonyms: keep it beside the backups')
    .option('--since <instant>', 'only those since this date or instant', millisOf)
    .action(async ({ since }: { since?: number }) => {
      await withService({}, (service) =>
        writeStdout(linesSince(since ?? -Infinity, service.get(AuditLog), service.get(ErasedIds))),
      );
    });
  erasures
    .command('replay')
    .argument('<file>', 'what "erasures export" printed')
    .description('erase once more what a restored backup has brought back')
    .option('--dry-run', 'only count')
    .addOption(jsonOption())
    .action(async (file: string, options: Printed & { dryRun?: boolean }) => {
      requireFile(file);
      const isDryRun = options.dryRun === true;
      const counts = await withService(options, (service) =>
        replay(service.get(ErasureReplay), service.get(ErasedIds), file, isDryRun),
      );
      const [verb, eventIds] = isDryRun ? ['would erase', 'would keep'] : ['erased', 'kept'];
      print(options, counts, [
        `${verb} ${counts.customers} customers and ${counts.events} single events; ${eventIds} ${counts.erasedIds} erased eventIds`,
      ]);
    });
  return erasures;
}

async function* linesSince(since: number, audit: AuditLog, erasedIds: ErasedIds): AsyncGenerator<string> {
  for await (const entry of audit.entries({ actions: ['customer.erased', 'event.erased'] })) {
    // The newest come first.
    if (entry.at < since) break;
    const line = lineOfEntry(entry);
    if (line !== null) yield `${line}\n`;
  }
  for await (const id of erasedIds.all()) if (id.erasedAt >= since) yield `${lineOfErasedId(id)}\n`;
}

/** Reads the file twice: nothing is changed before every line of it is understood. */
async function replay(
  replays: ErasureReplay,
  kept: ErasedIds,
  file: string,
  isDryRun: boolean,
): Promise<ReplayCounts & { erasedIds: number }> {
  const erasures = new Erasures();
  let erasedIds = 0;
  for await (const [number, line] of linesOf(file)) {
    const secretId = secretIdOfLine(line);
    if (!replays.knowsSecret(secretId)) {
      throw new OperatorError(
        `Line ${number} of ${file} is made with a secret that is not in ERASURE_SECRET (${secretId}): add it, with a comma before it`,
      );
    }
    if (line.kind === 'customer') erasures.addCustomer(line.customer, line.at);
    else if (line.kind === 'event') erasures.addEvent(line.customer, line.event);
    else erasedIds++;
  }
  if (!isDryRun) {
    await kept.noteUse();
    await addErasedIds(replays, file);
  }
  return { ...(await replays.replay(erasures, operator(), isDryRun)), erasedIds };
}

async function addErasedIds(replays: ErasureReplay, file: string): Promise<void> {
  let ids: KeptErasedId[] = [];
  for await (const [, line] of linesOf(file)) {
    if (line.kind === 'erasedId') ids.push(...line.ids);
    if (ids.length >= IDS_AT_ONCE) {
      await replays.addErasedIds(ids);
      ids = [];
    }
  }
  if (ids.length > 0) await replays.addErasedIds(ids);
}

/** @throws {OperatorError} for the first line that is not understood. */
async function* linesOf(file: string): AsyncGenerator<[number, ErasureLine]> {
  let number = 0;
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    number++;
    if (text.trim() === '') continue;
    const line = parseErasureLine(text);
    if (line === null) throw new OperatorError(`Line ${number} of ${file} is no line that "erasures export" prints`);
    yield [number, line];
  }
}

function requireFile(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new OperatorError(`There is no file "${file}": give one that "erasures export" printed`);
  }
}
