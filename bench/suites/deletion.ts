import type { Context } from '../context.ts';
import type { SuiteReport } from '../report.ts';
import { measureDeletion } from '../years/deletion.ts';

/** How old events go: in slices as today, or by the month. */
export async function deletion(context: Context): Promise<SuiteReport> {
  const { rows, sharedBuffers = '128MB' } = context.options;
  return {
    suite: 'deletion',
    title:
      `Of ${rows.toLocaleString('en')} events of two years the oldest month goes, without a pause, while single events with an ` +
      `\`eventId\` are written over one connection; shared_buffers ${sharedBuffers}. Posts beside it: against the same without a deletion.`,
    runs: 'once',
    body: await measureDeletion(context),
  };
}
