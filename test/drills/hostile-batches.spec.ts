import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DrillRig, type Instance } from './support/drill-rig.ts';
import { FULL } from '../support/drill.ts';

const AT_ONCE = FULL ? 20 : 3;
const MAX_BATCH_BYTES = 8_388_608;
const LIVE_WITHIN_MS = 250;
const MS_PER_TICK = 10;

/** A text of the size that a batch may have, made of one piece again and again. */
const filled = (head: string, piece: string, tail: string): string =>
  head + piece.repeat(Math.floor((MAX_BATCH_BYTES - head.length - tail.length) / piece.length)) + tail;

const DEEP = `${'['.repeat(100)}${']'.repeat(100)}`;

describe('Batches that are made to take long', () => {
  let rig: DrillRig;
  let instance: Instance;
  const lines: string[] = [];

  /** Milliseconds of CPU of the service so far, all threads. */
  const cpuMs = (): number => {
    const stat = readFileSync(`/proc/${instance.child.process.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
  };
  const send = (body: Buffer): Promise<number> =>
    new Promise((resolve) => {
      const call = request({
        port: instance.port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/api/v1/customer-events/batch',
        agent: false,
        headers: {
          'X-API-Key': rig.key,
          'Content-Type': 'application/json',
          'Content-Encoding': 'gzip',
          'Content-Length': body.length,
        },
      });
      call.on('error', () => resolve(0));
      call.on('response', (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode as number));
      });
      call.end(body);
    });

  beforeAll(async () => {
    ({ rig, instance } = await DrillRig.serving({ LOG_LEVEL: 'error' }));
  }, 60_000);
  afterAll(async () => {
    await rig.close();
    if (FULL) process.stdout.write(`\n${lines.join('\n')}\n`);
  }, 60_000);

  const batches = [
    ['1.4 million unknown keys', filled('{"events":[{', '"a":1,', '"b":1}]}')],
    ['2.7 million empty objects', filled('{"events":[', '{},', '{}]}')],
    ['nests 100 deep', filled('{"events":[', `${DEEP},`, '1]}')],
    ['white space', filled('{"events":[', ' ', '{}]}')],
    ['open brackets', filled('{"events":[', '[', '')],
    ['one long string', filled('{"events":["', 'a', '"]}')],
    ['escapes', filled('{"events":["', '\\\\', '"]}')],
  ] as const;
  /** The others are read faster. */
  const inShort = /keys|objects|nests|escapes/;

  it.each(batches.filter(([name]) => FULL || inShort.test(name)))(
    'of %s, many at once: the service says all the time that it is alive',
    async (name, text) => {
      const body = gzipSync(text);
      await send(body);
      const cpuBefore = cpuMs();
      const alone = await send(body);
      const cpuOfOne = cpuMs() - cpuBefore;
      expect([207, 400]).toContain(alone);

      let running = true;
      let slowestMs = 0;
      const watch = (async () => {
        while (running) {
          const { status, ms } = await instance.get('/health/live');
          expect(status).toBe(200);
          slowestMs = Math.max(slowestMs, ms);
          await sleep(5);
        }
      })();
      const statuses = await Promise.all(Array.from({ length: AT_ONCE }, () => send(body)));
      running = false;
      await watch;
      // 503: more bodies than the memory budget has room for.
      expect(statuses.filter((status) => ![alone, 503].includes(status))).toEqual([]);
      lines.push(
        `${name} (${body.length} bytes of gzip): ${cpuOfOne} ms of CPU; ${AT_ONCE} at once: /health/live within ${Math.round(slowestMs)} ms`,
      );
      // On a machine that is busy with other work it means nothing.
      if (FULL) expect(slowestMs).toBeLessThan(LIVE_WITHIN_MS);
    },
    120_000,
  );

  it('of a key over its rate cost next to nothing', async () => {
    const limited = await rig.startReady({ LOG_LEVEL: 'error', RATE_LIMITS: '1/600' });
    const other = instance;
    instance = limited;
    try {
      const body = gzipSync(filled('{"events":[{', '"a":1,', '"b":1}]}'));
      const refusals = FULL ? 2_000 : 10;
      // The first ones are slower, until Node has compiled what they run.
      for (let n = 0; n < refusals / 2; n++) await send(body);
      const before = cpuMs();
      for (let n = 0; n < refusals; n++) expect(await send(body)).toBe(429);
      const each = (cpuMs() - before) / refusals;
      lines.push(`a refusal (429) of 1.4 million unknown keys: ${each.toFixed(2)} ms of CPU`);
      if (FULL) expect(each).toBeLessThan(1);
    } finally {
      instance = other;
    }
  }, 60_000);
});
