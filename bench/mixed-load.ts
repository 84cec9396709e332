import { setTimeout as after } from 'node:timers/promises';
import { API, CUSTOMERS } from './context.ts';
import { randomSource } from './events.ts';
import { sendHistory } from './send-history.ts';
import type { ServerProcess } from './server-process.ts';
import { externalId, type ServiceDatabase } from './service.ts';

const READERS = 4;
/** Of each reader, after the response to its read before. */
const READ_EVERY_MS = 40;
const IMPORT_EVERY_MS = 30_000;
const ERASE_EVERY_MS = 10_000;

/** What was done since it was asked for before. */
export interface MixedWork {
  reads: number;
  imports: number;
  erasures: number;
}

export interface MixedLoad {
  /** What was done since this was asked before. @throws Error when any of it was refused. */
  done(): MixedWork;
  stop(): Promise<void>;
}

/**
 * Reads of the customers that events are written for, and of another app a file of history again and again, whose customers
 * are erased and made anew one after the other. A response that is not a 2xx ends it.
 *
 * @param file of events of the other app's customers
 */
export function startMixedLoad(
  server: ServerProcess,
  written: ServiceDatabase,
  history: ServiceDatabase,
  historyCustomers: number,
  file: string,
): MixedLoad {
  const end = new AbortController();
  let work: MixedWork = { reads: 0, imports: 0, erasures: 0 };
  let failure: unknown;
  const call = async (method: string, path: string, key: string, body?: object): Promise<void> => {
    const response = await fetch(server.origin + API + path, {
      method,
      headers: { 'X-API-Key': key, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  };
  const repeat = async (everyMs: number, once: (round: number) => Promise<void>): Promise<void> => {
    for (let round = 0; !end.signal.aborted; round++) {
      try {
        await once(round);
      } catch (error) {
        failure ??= error;
        return;
      }
      await after(everyMs, undefined, { signal: end.signal }).catch(() => {});
    }
  };
  const reader = (seed: number): Promise<void> => {
    const random = randomSource(seed);
    return repeat(READ_EVERY_MS, async (round) => {
      const customer = `/customers/${externalId(Math.floor(random() * CUSTOMERS))}`;
      const path = [`${customer}/events?limit=50`, `${customer}/events/summary`, `${customer}/context`][
        round % 3
      ] as string;
      await call('GET', path, written.key);
      work.reads++;
    });
  };
  const imports = repeat(IMPORT_EVERY_MS, async () => {
    const { status, body } = await sendHistory(server, history, file);
    if (status !== 200) throw new Error(`the import was answered with ${status}: ${body}`);
    work.imports++;
  });
  const erasures = repeat(ERASE_EVERY_MS, async (round) => {
    const path = `/customers/${externalId(round % historyCustomers)}`;
    await call('DELETE', path, history.key);
    await call('PATCH', path, history.key, { email: `${round}@example.com`, name: 'Again' });
    work.erasures++;
  });
  const all = Promise.all([...Array.from({ length: READERS }, (_, seed) => reader(seed)), imports, erasures]);
  return {
    done: () => {
      if (failure !== undefined) throw failure;
      const done = work;
      work = { reads: 0, imports: 0, erasures: 0 };
      return done;
    },
    stop: async () => {
      end.abort();
      await all;
    },
  };
}
