import { verdictOn, type Fate, type Sent, type Verdict } from './ledger.ts';

/** Nothing may take so long: 5 seconds are promised, and this machine may be busy. */
const HANGS_AFTER_MS = 15_000;
const PAUSE_AFTER_FAILURE_MS = 10;
const BATCH_EVENTS = 5;
const IMPORT_LINES = 20;

type Call = (traffic: MixedTraffic) => Promise<void>;

interface Result {
  readonly status: number;
  readonly data?: Record<string, unknown>;
  readonly code?: string;
  readonly outcome?: string;
}

/**
 * Sends every kind of request there is, again and again, and writes down what it is told of each event and
 * of each customer. Every event carries its number in its payload.
 */
export class MixedTraffic {
  readonly events: Sent[] = [];
  /** External id → what is known of its creation. Customers that were erased, or may be, are not in it. */
  readonly customers = new Map<string, Fate>();
  /** `kind status code` → how often. */
  readonly responses = new Map<string, number>();
  private running = false;
  private workers: Promise<void>[] = [];
  private created = 0;

  constructor(
    private readonly port: number,
    private readonly key: string,
  ) {}

  /** One worker of each kind, several times over. */
  start(times: number): void {
    this.running = true;
    this.workers = Array.from({ length: times }, () => KINDS)
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
      eventId: keyed ? `mixed-${n}` : undefined,
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
    const result = await this.exchange(method, path, body, type);
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
      return { status: response.status, data, code, outcome: details?.outcome };
    } catch {
      return { status: 0, code: 'BROKEN' };
    }
  }
}

const fateOf = ({ status, outcome }: Result): Fate => {
  if (status === 0 || outcome === 'unknown') return 'unknown';
  return status < 300 ? 'acknowledged' : 'refused';
};

const bodyOf = ({ n, eventId }: Sent) => ({ customerExternalId: 'user_42', type: 'drill', payload: { n }, eventId });

const single =
  (keyed: boolean): Call =>
  async (traffic) => {
    const entry = traffic.newEvent(keyed);
    entry.fate = fateOf(await traffic.send(keyed ? 'keyed' : 'single', 'POST', '/customer-events', bodyOf(entry)));
  };

const batch: Call = async (traffic) => {
  const entries = Array.from({ length: BATCH_EVENTS }, (_, index) => traffic.newEvent(index % 2 === 0));
  const result = await traffic.send('batch', 'POST', '/customer-events/batch', { events: entries.map(bodyOf) });
  for (const entry of entries) entry.fate = fateOf(result);
};

/** What an import that broke off tells of single lines is more than is checked here: all of them are unknown then. */
const importLines: Call = async (traffic) => {
  const entries = Array.from({ length: IMPORT_LINES }, () => traffic.newEvent(true));
  const lines = entries.map((entry) => `${JSON.stringify(bodyOf(entry))}\n`).join('');
  const result = await traffic.send('import', 'POST', '/customer-events/import', lines, 'application/x-ndjson');
  for (const entry of entries) entry.fate = result.status === 200 ? 'acknowledged' : 'unknown';
};

const patch: Call = async (traffic) => {
  await traffic.send('patch', 'PATCH', '/customers/user_42', { name: 'Ada' });
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
  (path: string): Call =>
  async (traffic) => {
    await traffic.send('read', 'GET', path);
  };

const KINDS: readonly Call[] = [
  single(false),
  single(true),
  batch,
  importLines,
  patch,
  createAndKeep,
  createAndErase,
  read('/customers/user_42/events?limit=20'),
  read('/customers/user_42/events?type=drill&limit=5'),
  read('/customers/user_42/context?limit=5'),
  read('/auth/whoami'),
];
