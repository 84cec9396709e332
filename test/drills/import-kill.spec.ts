import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { until, type Child } from '../support/child.ts';
import { manyLines, openImportAt } from '../support/history.ts';
import { servesAt, Workplace } from '../support/service-process.ts';
import { API } from '../support/test-service.ts';
import { FULL } from '../support/drill.ts';

const KEY = /sk_live_agent_[A-Za-z0-9]{48}/;
const LINES = 20_000;

/** Processes start slowly where others keep the machine busy. */
jest.setTimeout(120_000);

(FULL ? describe : describe.skip)('an import during which a process is killed with -9', () => {
  let workplace: Workplace;

  beforeEach(() => {
    workplace = new Workplace();
  });
  afterEach(() => workplace.close());

  it.each<[string, (service: Child) => void]>([
    ['the service', (service) => service.kill('SIGKILL')],
    ['PostgreSQL', () => process.kill(workplace.postmasterPid(), 'SIGKILL')],
  ])('%s: no event is half there, and the same file again ends with each event once', async (victim, kill) => {
    const service = workplace.start();
    const [key] = await service.prints(KEY);
    let address = await servesAt(service);
    const get = (path: string) =>
      fetch(`${address}${API}/customers/user_42/events${path}`, { headers: { 'X-API-Key': key } });
    const stored = async (): Promise<number> => {
      const response = await get('/summary');
      return ((await response.json()) as { data: { total: number } }).data.total;
    };

    const lines = manyLines(LINES, 'kill');
    const { socket, write } = await openImportAt(Number(new URL(address).port), key);
    // All but the end of the last line: what was sent is no whole file, and it is not answered before the kill.
    void write(lines.join('\n').slice(0, -40));
    await until(async () => (await stored()) > 0);
    const postmaster = workplace.postmasterPid();
    kill(service);
    if (victim === 'PostgreSQL') await until(() => ![0, postmaster].includes(workplace.postmasterPid()));
    if (victim === 'the service') {
      await service.ends();
      address = await servesAt(workplace.start());
    }
    await until(async () => (await get('/summary')).status === 200);
    socket.destroy();

    const events = async (): Promise<{ eventId: string; payload: { n: number } }[]> =>
      (await (await get('/export')).text())
        .split('\n')
        .filter(Boolean)
        .map((text) => JSON.parse(text) as { eventId: string; payload: { n: number } });
    const before = await events();
    expect(before.length).toBeGreaterThan(0);
    for (const { eventId, payload } of before) expect(payload).toEqual({ n: Number(eventId.slice('kill-'.length)) });

    const again = await fetch(`${address}${API}/customer-events/import`, {
      method: 'POST',
      headers: { 'X-API-Key': key, 'Content-Type': 'application/x-ndjson' },
      body: lines.join('\n'),
    });
    const { data } = (await again.json()) as { data: { created: number; replayed: number; rejected: number } };
    expect(data).toMatchObject({ rejected: 0, errors: [] });
    // Where only the database was lost, the chunk on its way may have come in meanwhile.
    if (victim === 'the service')
      expect(data).toMatchObject({ created: LINES - before.length, replayed: before.length });
    const after = (await events()).map(({ payload }) => payload.n);
    expect(after.sort((a, b) => a - b)).toEqual(Array.from({ length: LINES }, (_, n) => n + 1));
  });
});
