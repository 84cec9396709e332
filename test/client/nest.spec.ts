import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startNode } from '../support/child.ts';
import { freePort } from '../support/free-port.ts';
import { startScriptedServer } from '../support/client/scripted-server.ts';
import { originOf, startTestService, type TestService } from '../support/test-service.ts';
import { until } from '../support/until.ts';

const EXAMPLE = resolve('client/examples/nest-app');

describe('the example application of the Nest module', () => {
  let service: TestService;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nest-app-'));
    service = await startTestService();
    // As its user would: with the types that the package has.
    const compiler = resolve('node_modules/typescript/lib/tsc.js');
    const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', EXAMPLE], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  }, 120_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await service.close();
  });

  const start = async (url: string) => {
    const port = await freePort();
    const env = {
      PATH: process.env.PATH,
      CUSTOMER_EVENTS_URL: url,
      CUSTOMER_EVENTS_KEY: service.key,
      PORT: String(port),
    };
    const child = startNode([join(EXAMPLE, 'dist/main.js')], { env, cwd: folder });
    // It prints that it has started before it listens.
    await until(() =>
      fetch(`http://127.0.0.1:${port}`).then(
        ({ ok }) => !ok,
        () => false,
      ),
    );
    const place = (id: string): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}/orders`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ id, customer: 'user_42', total: 99.9, placedAt: '2026-04-18T10:00:00Z' }),
      });
    return { child, place };
  };

  it('has about thirty lines', () => {
    expect(readFileSync(join(EXAMPLE, 'main.ts'), 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(36);
  });

  it('records an event of a request, once, and ends on SIGTERM with nothing left', async () => {
    const { child, place } = await start(originOf(service));
    const responses = [await place('1042'), await place('1042')];
    expect(responses.map(({ status }) => status)).toEqual([201, 201]);
    const { event } = (await responses[0]!.json()) as { event: string };
    child.kill('SIGTERM');
    await child.ends();
    const rows = await service.database.query('SELECT id, payload->>\'orderId\' AS "orderId" FROM customer_events');
    expect(rows).toEqual([{ id: event, orderId: '1042' }]);
    expect(existsSync(join(folder, 'undelivered.ndjson'))).toBe(false);
  }, 60_000);

  it('waits on SIGTERM for what is queued, and for no longer than close does', async () => {
    let responds = false;
    const server = await startScriptedServer((request, response) => {
      if (!responds) return response.writeHead(503).end();
      const [sent] = (JSON.parse(request.body) as { events: { eventId: string }[] }).events;
      const result = { index: 0, status: 'created', event: { ...sent, id: 'c1' } };
      return response.writeHead(201).end(JSON.stringify({ data: { results: [result] } }));
    });
    try {
      const { child, place } = await start(server.url);
      const placed = place('1043');
      await until(() => server.requests.length > 0);
      child.kill('SIGTERM');
      responds = true;
      expect(await (await placed).json()).toEqual({ event: 'c1' });
      await child.ends();
      expect(child.output()).not.toMatch(/error/i);
    } finally {
      await server.close();
    }
  }, 60_000);
});
