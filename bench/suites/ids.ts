import type { Context } from '../context.ts';
import type { SuiteReport } from '../report.ts';
import { compareLayouts, titleOf } from '../years/comparison.ts';
import { packingSpeed } from '../years/packing-speed.ts';

/** Ids of 25 characters, as today, against ids of 16 bytes. */
export async function ids(context: Context): Promise<SuiteReport> {
  return {
    suite: 'ids',
    title: titleOf(context),
    runs: `${context.options.pairs} rounds`,
    body: [await compareLayouts(context, ['uuids']), packingSpeed()].join('\n\n'),
  };
}
