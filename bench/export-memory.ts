import { request, type IncomingMessage } from 'node:http';
import { median } from './measurement.ts';
import { figure, table, verdict } from './report.ts';
import { watchMemory, type ServerProcess } from './server-process.ts';

const RUNS = 3;
const MAX_RSS_GROWTH_MB = 50;
const LINE_FEED = 0x0a;

/** Reads the export of one customer a few times, and tells how fast it came and what memory it took. */
export async function exportTable(
  server: ServerProcess,
  path: string,
  headers: Record<string, string>,
  events: number,
): Promise<string> {
  const before = (await server.usage()).rssBytes;
  const rates: number[] = [];
  const peak = watchMemory(server);
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    const lines = await countLines(server, path, headers);
    if (lines !== events) throw new Error(`the export has ${lines} lines instead of ${events}`);
    rates.push((lines * 1000) / (performance.now() - start));
  }
  const growth = ((await peak()) - before) / 1e6;
  return table(
    [`export of ${events.toLocaleString('en')} events`, `of ${RUNS} runs`, 'to reach', ''],
    [
      ['events/s', `${figure(median(rates))} (median)`, '', ''],
      [
        'RSS growth since before the first',
        `${figure(growth)} MB (most)`,
        `< ${MAX_RSS_GROWTH_MB} MB`,
        verdict(growth, { atMost: MAX_RSS_GROWTH_MB }),
      ],
    ],
  );
}

async function countLines(server: ServerProcess, path: string, headers: Record<string, string>): Promise<number> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(new URL(path, server.origin), { headers }, resolve).once('error', reject).end();
  });
  if (response.statusCode !== 200) throw new Error(`the export was answered with ${response.statusCode ?? 0}`);
  let lines = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    for (const byte of chunk) if (byte === LINE_FEED) lines++;
  }
  return lines;
}
