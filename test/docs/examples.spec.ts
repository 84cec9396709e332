import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT, startProcess } from '../support/child.ts';
import { startHttpFaultProxy, type HttpFault, type HttpFaultProxy } from '../support/http-fault-proxy.ts';
import { originOf, startTestService, type TestService } from '../support/test-service.ts';

const FOLDER = 'docs/examples';
const GUIDE = 'docs/sending.md';
/** Processes at a time. */
const AT_ONCE = 12;
const WRONG_KEY = `sk_live_agent_${'x'.repeat(48)}`;

interface Language {
  readonly run: readonly string[];
  readonly needs: readonly string[];
}

/** What runs each example, and a command that succeeds where that is installed. */
const LANGUAGES: Readonly<Record<string, Language>> = {
  'record-event.mjs': { run: [process.execPath], needs: [process.execPath, '--version'] },
  'record-event-client.mjs': { run: [process.execPath], needs: [process.execPath, '--version'] },
  'record-event.py': { run: ['python3'], needs: ['python3', '-c', 'import requests'] },
  'record-event.php': { run: ['php'], needs: ['php', '-r', 'exit(extension_loaded("curl") ? 0 : 1);'] },
  'record-event.sh': { run: ['bash'], needs: ['bash', '-c', 'curl --version'] },
};

const CLIENT_EXAMPLE = 'record-event-client.mjs';

/** How the examples tell of what a person has to look at. */
const TOLD = {
  wrongKey: /refused: 401 .*"AUTH_API_KEY_INVALID","message":"/,
  noKey: /refused: 401 .*"AUTH_API_KEY_MISSING","message":"/,
  conflict: /refused: 409 .*"EVENT_ID_CONFLICT","message":".*"details":\{.*"payload":\[/,
  moved: /refused: 301 <!doctype html>/,
};
const TOLD_BY_CLIENT: typeof TOLD = {
  wrongKey: /RecordError AUTH_API_KEY_INVALID: \S/,
  noKey: /TypeError: key must be an agent key/,
  conflict: /RecordError EVENT_ID_CONFLICT: .*"details":\{.*"payload":\[/,
  moved: /RecordError HTTP_301: \S/,
};

const isInstalled = ([command = '', ...args]: readonly string[]): boolean => spawnSync(command, args).status === 0;

interface Scenario {
  /** Also in the id of the order: each scenario has an event of its own. */
  readonly name: string;
  readonly faults?: readonly HttpFault[];
  readonly key?: string;
  /** Another event under the same `eventId` is stored before. */
  readonly conflicts?: true;
  /** How often it is run, one after the other. */
  readonly times?: number;
}

const refusal = (status: number, retryAfter?: number): HttpFault => ({
  status,
  headers: retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) },
  body: '{"success":false,"code":"FROM_THE_PROXY","message":"Not now","timestamp":"2026-04-18T12:00:00Z"}',
});
const PAGE = '<!doctype html><title>Welcome</title>';

const SCENARIOS = {
  once: { name: 'once' },
  twice: { name: 'twice', times: 2 },
  wrongKey: { name: 'wrong-key', key: WRONG_KEY },
  noKey: { name: 'no-key', key: '' },
  conflict: { name: 'conflict', conflicts: true },
  slowDown: { name: 'slow-down', faults: [refusal(429, 1), refusal(503, 1)] },
  unavailable: { name: 'unavailable', faults: [503, 500, 408, 502].map((status) => refusal(status)) },
  cutAfter: { name: 'cut-after', faults: ['cut-after'] },
  network: { name: 'network', faults: ['cut-before', 'half-a-response', 'cut-after'] },
  tooLong: { name: 'too-long', faults: [refusal(503, 3600)] },
  page: { name: 'page', faults: [{ status: 200, headers: { 'Content-Type': 'text/html' }, body: PAGE }] },
  moved: { name: 'moved', faults: [{ status: 301, headers: { Location: '/elsewhere' }, body: PAGE }] },
} satisfies Record<string, Scenario>;

/** The client waits for as long as it may, instead of ending at once: its own tests show that. */
const scenariosOf = (file: string): Scenario[] =>
  Object.values(SCENARIOS).filter((scenario) => file !== CLIENT_EXAMPLE || scenario !== SCENARIOS.tooLong);

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly requests: HttpFaultProxy['requests'];
  /** How often the event is stored. */
  readonly stored: number;
}

const orderOf = (file: string, scenario: Scenario): string => `${file}.${scenario.name}`;
const eventIdOf = (file: string, scenario: Scenario): string => `order-${orderOf(file, scenario)}-placed`;

describe(`the examples in ${FOLDER}`, () => {
  // Its folders have the examples of the agent page, with a test of their own.
  const files = readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();

  it('are those that are run here', () => {
    expect(files).toEqual(Object.keys(LANGUAGES).sort());
  });

  it.each(files)('%s stands in the guide word for word, and can be read at once', (file) => {
    const text = readFileSync(`${FOLDER}/${file}`, 'utf8');
    expect(readFileSync(GUIDE, 'utf8')).toContain(`\n${text}\`\`\`\n`);
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
  });
});

describe('the examples, run against the service', () => {
  const installed = Object.keys(LANGUAGES).filter((file) => isInstalled((LANGUAGES[file] as Language).needs));
  const outcomes = new Map<string, Outcome>();
  /** As where somebody has copied them, and installed the client. */
  const folder = mkdtempSync(join(tmpdir(), 'examples-'));
  let service: TestService;

  beforeAll(async () => {
    for (const file of installed) copyFileSync(`${FOLDER}/${file}`, join(folder, file));
    mkdirSync(join(folder, 'node_modules/@customer-events'), { recursive: true });
    symlinkSync(join(ROOT, 'client'), join(folder, 'node_modules/@customer-events/client'));
    service = await startTestService();
    const runs = installed.flatMap((file) => scenariosOf(file).map((scenario) => ({ file, scenario }))).values();
    // Most of the time each waits.
    const runAll = async (): Promise<void> => {
      for (const { file, scenario } of runs) outcomes.set(orderOf(file, scenario), await outcome(file, scenario));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, runAll));
  }, 120_000);
  afterAll(async () => {
    await service.close();
    rmSync(folder, { recursive: true });
  });

  async function outcome(file: string, scenario: Scenario): Promise<Outcome> {
    if (scenario.conflicts) await storeAnother(eventIdOf(file, scenario));
    const proxy = await startHttpFaultProxy(originOf(service), scenario.faults ?? []);
    const { run } = LANGUAGES[file] as Language;
    const [command, ...args] = [...run, file, orderOf(file, scenario)] as string[] as [string, ...string[]];
    const env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NO_PROXY: '*',
      CUSTOMER_EVENTS_URL: proxy.url,
      CUSTOMER_EVENTS_KEY: scenario.key ?? service.key,
    };
    const printed = { stdout: '', stderr: '' };
    let code: number | null = null;
    for (let time = 0; time < (scenario.times ?? 1); time++) {
      const child = startProcess(command, args, { cwd: folder, env });
      ({ code } = await child.ends());
      printed.stdout += child.stdout();
      printed.stderr += child.stderr();
    }
    await proxy.close();
    return { code, ...printed, requests: proxy.requests, stored: await timesStored(eventIdOf(file, scenario)) };
  }

  const storeAnother = (eventId: string) =>
    service.post('/customer-events', { customerExternalId: 'user_42', type: 'order.placed', eventId }).expect(201);

  async function timesStored(eventId: string): Promise<number> {
    const { text } = await service.get('/customers/user_42/events/export').buffer(true).expect(200);
    return text.split('\n').filter((line) => line.includes(JSON.stringify(eventId))).length;
  }

  describe.each(Object.keys(LANGUAGES))('%s', (file) => {
    if (!installed.includes(file)) {
      const { needs } = LANGUAGES[file] as Language;
      const why = `is not run: it needs what is not installed here, "${needs.join(' ')}" fails`;
      process.stdout.write(`${FOLDER}/${file} ${why}\n`);
      it.skip(why, () => {});
      return;
    }
    const isOfClient = file === CLIENT_EXAMPLE;
    const told = isOfClient ? TOLD_BY_CLIENT : TOLD;
    const outcomeOf = (scenario: Scenario): Outcome => outcomes.get(orderOf(file, scenario)) as Outcome;

    function expectStored(scenario: Scenario, requests: number): Outcome {
      const outcome = outcomeOf(scenario);
      expect(outcome).toMatchObject({ code: 0, stderr: '', stored: 1 });
      expect(outcome.requests).toHaveLength(requests);
      expect(new Set(outcome.requests.map(({ body }) => body)).size).toBe(1);
      return outcome;
    }

    function expectFailure(scenario: Scenario, told: RegExp): Outcome {
      const outcome = outcomeOf(scenario);
      expect(outcome).toMatchObject({ code: 1, stdout: '' });
      expect(outcome.stderr).toMatch(told);
      if (outcome.requests.length > 0) expect(outcome.stderr).toContain(eventIdOf(file, scenario));
      return outcome;
    }

    it('stores its event', () => {
      const { stdout } = expectStored(SCENARIOS.once, 1);
      expect(stdout).toBe(`${eventIdOf(file, SCENARIOS.once)}: stored\n`);
    });

    it('stores its event once where it is run twice, and says so', () => {
      const { stdout } = expectStored(SCENARIOS.twice, 2);
      expect(stdout.split('\n')[1]).toBe(`${eventIdOf(file, SCENARIOS.twice)}: was stored before`);
    });

    it('fails at once with a wrong key or none, and says why without repeating it', () => {
      const wrong = expectFailure(SCENARIOS.wrongKey, told.wrongKey);
      expect(wrong.requests).toHaveLength(1);
      expect(wrong.stderr).not.toContain(WRONG_KEY);
      const none = expectFailure(SCENARIOS.noKey, told.noKey);
      expect(none.requests).toHaveLength(isOfClient ? 0 : 1);
      expect([wrong.stored, none.stored]).toEqual([0, 0]);
    });

    it('fails at once where its eventId has other content, and tells the details', () => {
      expect(expectFailure(SCENARIOS.conflict, told.conflict).requests).toHaveLength(1);
    });

    it('fails at once where it is redirected, and sends the key nowhere else', () => {
      expect(expectFailure(SCENARIOS.moved, told.moved).requests).toHaveLength(1);
    });

    it('comes again after a 429 and a 503, not before the time of Retry-After', () => {
      const { requests } = expectStored(SCENARIOS.slowDown, 3);
      for (const [index, request] of requests.slice(1).entries())
        expect(request.arrivedAt - (requests[index]?.respondedAt as number)).toBeGreaterThanOrEqual(1000);
    });

    it('comes again after 503, 500, 408 and 502 without Retry-After', () => {
      expectStored(SCENARIOS.unavailable, 5);
    });

    it('stores its event once where the connection is cut after the commit', () => {
      expectStored(SCENARIOS.cutAfter, 2);
    });

    it('comes again after a reset, half a response and a cut after the commit', () => {
      expectStored(SCENARIOS.network, 4);
    });

    if (isOfClient) {
      it('does not take the page of a proxy for a response, and comes again', () => {
        expectStored(SCENARIOS.page, 2);
      });
      return;
    }

    it('does not take the page of a proxy for success', () => {
      expect(expectFailure(SCENARIOS.page, /refused: 200 <!doctype html>/).stored).toBe(0);
    });

    it('gives up where it would have to wait too long, and says that the event is not confirmed', () => {
      const { requests } = expectFailure(SCENARIOS.tooLong, /not confirmed, .*: 503 .*FROM_THE_PROXY/);
      expect(requests).toHaveLength(1);
    });
  });
});
