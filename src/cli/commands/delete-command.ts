import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { KeyAdministration } from '../../api-keys/application/key-administration.ts';
import type { Config } from '../../config.ts';
import { AppData } from '../../customer-events/application/app-data.ts';
import { operator } from '../operator.ts';
import { withService } from '../with-service.ts';
import { requireConfirmed, type Confirmation } from './confirmed.ts';
import { countsText, PartProgress, type Counts } from './part-progress.ts';
import { jsonOption, print, type Printed } from './print.ts';

interface DeleteOptions extends Printed {
  readonly slug: string;
  readonly confirm?: string;
}

/** Within which every instance has seen that an app is suspended: API_KEY_CACHE_MS is 9 seconds at most. */
const SEEN_MS = 10_000;
/** An app that has been suspended for so long is written to by nobody, whatever the clock said by which it was done. */
const LONG_SUSPENDED_MS = 3_600_000;

export const deleteCommand = (): Command =>
  new Command('delete')
    .description(
      'delete an app with all its customers, events and keys, for good; run again, it goes on where it ended',
    )
    .requiredOption('--slug <slug>', 'which app')
    .option('--confirm <slug>', 'the slug once more, instead of typing it')
    .addOption(jsonOption())
    .action(async ({ slug, confirm, json }: DeleteOptions) => {
      const erased = await withService({ json }, async (service, config) => {
        const administration = service.get(KeyAdministration).as(operator());
        await administration.appOf(slug);
        await requireConfirmed(deletionOf(slug), confirm);
        return deleteApp(administration, service.get(AppData), slug, settlingMs(config)).catch((error: unknown) => {
          process.stderr.write('The deletion has ended in the middle; the same command goes on with it.\n');
          throw error;
        });
      });
      print({ json }, { app: slug, deleted: true, ...erased }, [`deleted ${slug}: ${countsText(erased)}`]);
    });

export const deletionOf = (slug: string): Confirmation => ({
  name: slug,
  question: `This deletes the app "${slug}" with all its customers, events and keys, for good. Type its slug: `,
  refusal: 'Nothing was deleted',
  nameIs: 'the slug',
});

/**
 * How long a request that was accepted before the suspension was seen may go on to write: its body arrives, it waits for
 * a connection, and its statement runs.
 */
const settlingMs = (config: Config): number =>
  SEEN_MS + config.requestTimeoutMs + config.databaseConnectTimeoutMs + config.databaseStatementTimeoutMs;

/**
 * Suspends an app, erases what it has, and once more what was written until all instances have seen the suspension; then
 * the app goes. It may end anywhere: the next call goes on.
 *
 * @param settleMs after the suspension nothing is written any more.
 * @returns what this call has erased.
 * @throws {AdministrationError}; SERVICE_UNAVAILABLE
 */
export async function deleteApp(
  administration: KeyAdministration,
  data: Pick<AppData, 'erase'>,
  slug: string,
  settleMs: number,
): Promise<Counts> {
  const app = await administration.beginDeletion(slug);
  const settledAt = performance.now() + (isLongSuspended(app.suspendedAt) ? 0 : settleMs);
  const progress = new PartProgress('deletion');
  const first = await data.erase(app.id, (erased) => progress.note(erased));
  const leftMs = settledAt - performance.now();
  if (leftMs > 0) {
    process.stderr.write(
      `deletion: ${countsText(first)}; waiting ${Math.ceil(leftMs / 1000)} s for requests that have begun before it\n`,
    );
    await sleep(leftMs);
  }
  const late = await data.erase(app.id, () => {});
  const erased = { customers: first.customers + late.customers, events: first.events + late.events };
  await administration.finishDeletion(app, erased);
  return erased;
}

const isLongSuspended = (since: number | null): boolean => since !== null && Date.now() - since > LONG_SUSPENDED_MS;
