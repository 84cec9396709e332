import type { Context } from '../context.ts';
import type { SuiteReport } from '../report.ts';
import { compareLayouts, titleOf } from '../years/comparison.ts';

/** Years of data: today's schema against claims in a table of their own, and against that with events by month. */
export async function years(context: Context): Promise<SuiteReport> {
  return {
    suite: 'years',
    title: titleOf(context),
    runs: `${context.options.pairs} rounds`,
    body: await compareLayouts(context, ['claims', 'months']),
  };
}
