import { verdictOn, type Fate, type Sent, type Verdict } from './ledger.ts';

/** Nothing may take so long: 5 seconds are promised, and this machine may be busy. */
const HANGS_AFTER_MS = 15_000;
const PAUSE_AFTER_FAILURE_MS = 10;
const BATCH_EVENTS = 5;
const IMPORT_LINES = 20;
const RETRIES_AT_ONCE = 20;

type Call = (traffic: MixedTraffic) => Promise<void>;

export interface TrafficOptions {
  /** External ids of those whose events are sent and read, in turn. */
  readonly customers: readonly string[];
  /** The type of the events, and the beginning of their eventIds. */
  readonly name: string;
  readonly kinds: readonly Call[];
}

interface Result {
  readonly status: number;
  /** Only of a 503. */
  readonly retryAfter?: string | null;
  readonly data?: Record<string, unknown>;
  readonly code?: string;
  readonly outcome?: string;
}

/**
 * Sends requests of many kinds, again and again, and writes down what it is told of each event and
 * of each customer. Every event carries its number in its payload.
 */
export class MixedTraffic {
  readonly events: Sent[] = [];
  /** External id → what is known of its creation. Customers that were erased, or may be, are not in it. */
  readonly customers = new Map<string, Fate>();
  /** `kind status code` → how often. */
  readonly responses = new Map<string, number>();
  /** 503s that did not tell when to come back. */
  withoutRetryAfter = 0;
  /** Milliseconds, of any response. */
  slowest = 0;
  private running = false;
  private workers: Promise<void>[] = [];
  private created = 0;
  private turn = 0;
  private readonly options: TrafficOptions;

  constructor(
    private readonly port: number,
    private readonly key: string,
    options: Partial<TrafficOptions> = {},
  ) {
    this.options = { customers: ['user_42'], name: 'drill', kinds: KINDS, ...options };
  }

  /** One worker of each kind, several times over. */
  start(times: number): void {
    this.running = true;
    this.workers = Array.from({ length: times }, () => this.options.kinds)
      .flat()
      .map(async (call) => {
        while (this.running) await call(this);
      });
  }

  async stop(): Promise<void> {
    this.running = false;
    await Promise.all(this.workers);
  }

  /** Responses that nobody should ever get: a 5xx that is not a 503. */
  faults(): string[] {
    return [...this.responses.keys()].filter((response) => / 5\d\d /.test(response) && !/ 503 /.test(response));
  }

  /** Events. */
  acknowledged(): number {
    return this.events.filter(({ fate }) => fate === 'acknowledged').length;
  }

  /** How many responses had this status. */
  count(status: number): number {
    const counts = [...this.responses].map(([response, times]) => (response.split(' ')[1] === `${status}` ? times : 0));
    return counts.reduce((sum, times) => sum + times, 0);
  }

  /**
   * Sends each event with an eventId once more, a few at a time.
   *
   * @returns what was not answered as it should have been: an event that was acknowledged is a replay of the same id, one
   *   that was refused is new.
   */
  async retryKeyed(): Promise<string[]> {
    const wrong: string[] = [];
    const open = this.events.filter(({ eventId }) => eventId !== undefined);
    const retry = async (): Promise<void> => {
      for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
        const { status, data } = await this.send('retry', 'POST', '/customer-events', this.bodyOf(entry));
        const expected = { acknowledged: [200], refused: [201], unknown: [200, 201] }[entry.fate];
        const isSame = entry.id === undefined || data?.id === entry.id;
        if (!expected.includes(status) || !isSame) wrong.push(`${entry.eventId} ${entry.fate}: ${status}`);
        else entry.fate = 'acknowledged';
      }
    };
    await Promise.all(Array.from({ length: RETRIES_AT_ONCE }, retry));
    return wrong;
  }

  /** Whose turn it is. */
  nextCustomer(): string {
    return this.options.customers[this.turn++ % this.options.customers.length] as string;
  }

  bodyOf({ n, eventId }: Sent): Record<string, unknown> {
    const { customers, name } = this.options;
    return { customerExternalId: customers[n % customers.length], type: name, payload: { n }, eventId };
  }

  verdict(rows: readonly number[]): Verdict {
    return verdictOn(this.events, rows);
  }

  /** Customers whose creation was acknowledged and who are not there, or who are there although it was refused. */
  misreportedCustomers(stored: ReadonlySet<string>): string[] {
    const wrong = (id: string, fate: Fate): boolean =>
      (fate === 'acknowledged' && !stored.has(id)) || (fate === 'refused' && stored.has(id));
    return [...this.customers].filter(([id, fate]) => wrong(id, fate)).map(([id, fate]) => `${id} ${fate}`);
  }

  newEvent(keyed: boolean): Sent {
    const n = this.events.length;
    const entry: Sent = {
      n,
      eventId: keyed ? `${this.options.name}-${n}` : undefined,
      fate: 'unknown',
      status: undefined,
      id: undefined,
    };
    this.events.push(entry);
    return entry;
  }

  newCustomer(): string {
    return `mixed-${++this.created}`;
  }

  async send(kind: string, method: string, path: string, body?: unknown, type = 'application/json'): Promise<Result> {
    const sentAt = performance.now();
    const result = await this.exchange(method, path, body, type);
    this.slowest = Math.max(this.slowest, performance.now() - sentAt);
    if (result.status === 503 && !(Number(result.retryAfter) > 0)) this.withoutRetryAfter++;
    const line = `${kind} ${result.status} ${result.code ?? ''}`;
    this.responses.set(line, (this.responses.get(line) ?? 0) + 1);
    if (result.status === 0 || result.status >= 500)
      await new Promise((next) => setTimeout(next, PAUSE_AFTER_FAILURE_MS));
    return result;
  }

  private async exchange(method: string, path: string, body: unknown, type: string): Promise<Result> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.port}/api/v1${path}`, {
        method,
        headers: { 'X-API-Key': this.key, ...(body === undefined ? {} : { 'Content-Type': type }) },
        body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
        signal: AbortSignal.timeout(HANGS_AFTER_MS),
      });
      const text = await response.text();
      if (!response.headers.get('content-type')?.startsWith('application/json')) return { status: response.status };
      const { data, code, details } = JSON.parse(text) as {
        data?: never;
        code?: string;
        details?: { outcome?: string };
      };
      const retryAfter = response.headers.get('retry-after');
      return { status: response.status, retryAfter, data, code, outcome: details?.outcome };
    } catch {
      return { status: 0, code: 'BROKEN' };
    }
  }
}

const fateOf = ({ status, outcome }: Result): Fate => {
  if (status === 0 || outcome === 'unknown') return 'unknown';
  return status < 300 ? 'acknowledged' : 'refused';
};

const single =
  (keyed: boolean): Call =>
  async (traffic) => {
    const entry = traffic.newEvent(keyed);
    const result = await traffic.send(keyed ? 'keyed' : 'single', 'POST', '/customer-events', traffic.bodyOf(entry));
    entry.fate = fateOf(result);
    if (typeof result.data?.id === 'string') entry.id = result.data.id;
  };

const batch: Call = async (traffic) => {
  const entries = Array.from({ length: BATCH_EVENTS }, (_, index) => traffic.newEvent(index % 2 === 0));
  const result = await traffic.send('batch', 'POST', '/customer-events/batch', {
    events: entries.map((entry) => traffic.bodyOf(entry)),
  });
  for (const entry of entries) entry.fate = fateOf(result);
};

/** What an import that broke off tells of single lines is more than is checked here: all of them are unknown then. */
const importLines: Call = async (traffic) => {
  const entries = Array.from({ length: IMPORT_LINES }, () => traffic.newEvent(true));
  const lines = entries.map((entry) => `${JSON.stringify(traffic.bodyOf(entry))}\n`).join('');
  const result = await traffic.send('import', 'POST', '/customer-events/import', lines, 'application/x-ndjson');
  for (const entry of entries) entry.fate = result.status === 200 ? 'acknowledged' : 'unknown';
};

const patch: Call = async (traffic) => {
  await traffic.send('patch', 'PATCH', `/customers/${traffic.nextCustomer()}`, { name: 'Ada' });
};

const createAndKeep: Call = async (traffic) => {
  const id = traffic.newCustomer();
  const result = await traffic.send('create', 'PATCH', `/customers/${id}`, { email: `${id}@example.com`, name: 'Ada' });
  traffic.customers.set(id, fateOf(result));
};

const createAndErase: Call = async (traffic) => {
  const id = traffic.newCustomer();
  await traffic.send('create', 'PATCH', `/customers/${id}`, { email: `${id}@example.com`, name: 'Ada' });
  const event = { customerExternalId: id, type: 'drill', payload: { n: -1 } };
  await traffic.send('single', 'POST', '/customer-events', event);
  await traffic.send('erase', 'DELETE', `/customers/${id}`);
};

const read =
  (what: string): Call =>
  async (traffic) => {
    await traffic.send('read', 'GET', `/customers/${traffic.nextCustomer()}/${what}`);
  };

const whoami: Call = async (traffic) => {
  await traffic.send('read', 'GET', '/auth/whoami');
};

const readEach: readonly Call[] = [
  read('events?limit=20'),
  read('events?type=drill&limit=5'),
  read('context?limit=5'),
  whoami,
];

/** Those that concern the customers of the traffic, and no others. */
export const KINDS_FOR_ITS_CUSTOMERS: readonly Call[] = [
  single(false),
  single(true),
  batch,
  importLines,
  patch,
  ...readEach,
];

/** Batches alone: of all its customers in turn. */
export const BATCHES: readonly Call[] = [batch];

/** Single events, with an eventId and without. */
export const WRITES: readonly Call[] = [single(false), single(true)];

/** Every kind there is. */
const KINDS: readonly Call[] = [...KINDS_FOR_ITS_CUSTOMERS, createAndKeep, createAndErase];
