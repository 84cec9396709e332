import { Session, type Profiler } from 'node:inspector/promises';

/**
 * Loaded into every measured server (`node --import`): tells what the process has used. It counts
 * all threads, is exact to the microsecond, and works on every platform.
 */
export interface Usage {
  readonly cpuMicros: number;
  readonly rssBytes: number;
}

/** What may be asked for: usage; a CPU profile from `profile` to `profiled`, whose response it is. */
export type Question = 'usage' | 'profile' | 'profiled';

const SAMPLE_EVERY_MICROS = 500;
let session: Session | undefined;

if (process.send !== undefined) {
  process.on('message', (question: Question) => void answer(question).then((response) => process.send?.(response)));
  // A server never outlives the benchmark.
  process.on('disconnect', () => process.exit());
  process.channel?.unref();
}

async function answer(question: Question): Promise<Usage | Profiler.Profile | null> {
  switch (question) {
    case 'usage': {
      const { user, system } = process.cpuUsage();
      return { cpuMicros: user + system, rssBytes: process.memoryUsage.rss() };
    }
    case 'profile':
      session = new Session();
      session.connect();
      await session.post('Profiler.enable');
      await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_MICROS });
      await session.post('Profiler.start');
      return null;
    case 'profiled': {
      const { profile } = await (session as Session).post('Profiler.stop');
      session?.disconnect();
      return profile;
    }
  }
}
