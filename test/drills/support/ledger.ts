import { Agent, request } from 'node:http';

/** What a sender knows of an event it has sent. */
export type Fate = 'acknowledged' | 'refused' | 'unknown';

export interface Sent {
  readonly n: number;
  readonly eventId: string | undefined;
  fate: Fate;
  status: number | undefined;
  /** Of the response. */
  id: string | undefined;
}

export interface Tally {
  readonly sent: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly unknown: number;
  /** Milliseconds. */
  readonly slowest: number;
}

/** Nothing may take so long: 5 seconds are promised, and this machine may be busy. */
const HANGS_AFTER_MS = 8_000;

/**
 * A sender that writes down what it sends, and what it is told: every event carries its number in
 * its payload, and may have an `eventId`.
 */
export class Ledger {
  readonly entries: Sent[] = [];
  readonly statuses = new Map<string, number>();
  slowest = 0;
  /** Requests that were not answered in time. */
  hung = 0;
  /** Failures without their envelope, or a 503 that does not tell when to come back. */
  malformed = 0;
  private running = false;
  private senders: Promise<void>[] = [];
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1_000 });

  constructor(
    private port: number,
    private readonly key: string,
    private readonly withEventIds: boolean,
  ) {}

  /** Goes on with another instance, or the same one after a restart. */
  moveTo(port: number): void {
    this.port = port;
  }

  /** Sends without a pause on so many connections, until {@link stop}; after a failure after a short one. */
  start(connections: number): void {
    this.running = true;
    this.senders = Array.from({ length: connections }, async () => {
      while (this.running) {
        const { fate } = await this.sendNext();
        if (fate !== 'acknowledged') await new Promise((resolve) => setTimeout(resolve, 20));
      }
    });
  }

  async stop(): Promise<void> {
    this.running = false;
    await Promise.all(this.senders);
  }

  async sendNext(): Promise<Sent> {
    const n = this.entries.length;
    const entry: Sent = {
      n,
      eventId: this.withEventIds ? `drill-${n}` : undefined,
      fate: 'unknown',
      status: undefined,
      id: undefined,
    };
    this.entries.push(entry);
    await this.send(entry);
    return entry;
  }

  /** Sends every event again that was not acknowledged, until all are. Only with eventIds. */
  async retryAll(): Promise<void> {
    for (;;) {
      const open = this.entries.filter(({ fate }) => fate !== 'acknowledged');
      if (open.length === 0) return;
      for (let at = 0; at < open.length; at += 50)
        await Promise.all(open.slice(at, at + 50).map((entry) => this.send(entry)));
    }
  }

  tally(): Tally {
    const count = (fate: Fate): number => this.entries.filter((entry) => entry.fate === fate).length;
    return {
      sent: this.entries.length,
      acknowledged: count('acknowledged'),
      refused: count('refused'),
      unknown: count('unknown'),
      slowest: Math.round(this.slowest),
    };
  }

  close(): void {
    this.agent.destroy();
  }

  private async send(entry: Sent): Promise<void> {
    const startedAt = performance.now();
    const { n, eventId } = entry;
    const body = JSON.stringify({ customerExternalId: 'user_42', type: 'drill', payload: { n }, eventId });
    const response = await this.post(body);
    this.slowest = Math.max(this.slowest, performance.now() - startedAt);
    const shown = response === 'hung' || response === 'broken' ? response : `${response.status}`;
    this.statuses.set(shown, (this.statuses.get(shown) ?? 0) + 1);
    if (response === 'hung') this.hung++;
    if (typeof response === 'string') {
      entry.fate = 'unknown';
      return;
    }
    entry.status = response.status;
    if (!isWellFormed(response)) this.malformed++;
    const { data, details } = JSON.parse(response.text) as { data?: { id: string }; details?: { outcome?: string } };
    entry.id = data?.id ?? entry.id;
    entry.fate = response.status < 300 ? 'acknowledged' : details?.outcome === 'unknown' ? 'unknown' : 'refused';
  }

  private post(body: string): Promise<Answer | 'hung' | 'broken'> {
    return new Promise((resolve) => {
      const call = request({
        port: this.port,
        host: '127.0.0.1',
        agent: this.agent,
        method: 'POST',
        path: '/api/v1/customer-events',
        headers: {
          'X-API-Key': this.key,
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(body),
        },
      });
      const timer = setTimeout(() => {
        resolve('hung');
        call.destroy();
      }, HANGS_AFTER_MS);
      call.on('error', () => {
        clearTimeout(timer);
        resolve('broken');
      });
      call.on('response', (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('error', () => resolve('broken'));
        response.on('close', () => {
          clearTimeout(timer);
          resolve(
            response.complete
              ? { status: response.statusCode as number, retryAfter: response.headers['retry-after'], text }
              : 'broken',
          );
        });
      });
      call.end(body);
    });
  }
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

function isWellFormed({ status, retryAfter, text }: Answer): boolean {
  const envelope = JSON.parse(text) as { success: unknown; code?: unknown };
  if (status < 300) return envelope.success === true;
  return envelope.success === false && typeof envelope.code === 'string' && (status !== 503 || Number(retryAfter) > 0);
}

/** What is in the database, against what the sender was told. */
export interface Verdict {
  /** Acknowledged, and not stored. */
  readonly lost: number;
  /** Stored more than once. */
  readonly doubled: number;
  /** Refused or never sent, and stored. */
  readonly phantom: number;
  readonly rows: number;
}

/** @param rows the numbers in the payloads of all rows. */
export function verdictOn(entries: readonly Sent[], rows: readonly number[]): Verdict {
  const stored = new Map<number, number>();
  for (const n of rows) stored.set(n, (stored.get(n) ?? 0) + 1);
  return {
    lost: entries.filter(({ n, fate }) => fate === 'acknowledged' && !stored.has(n)).length,
    doubled: [...stored.values()].filter((count) => count > 1).length,
    phantom: [...stored.keys()].filter((n) => entries[n] === undefined || entries[n].fate === 'refused').length,
    rows: rows.length,
  };
}
