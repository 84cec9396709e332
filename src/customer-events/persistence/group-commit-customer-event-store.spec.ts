import { beforeEach, describe, expect, it } from '@jest/globals';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import { Abandoned, neverAbandoned, type IsAbandoned } from '../../../libs/kernel/abandoned.ts';
import {
  StorageOverloaded,
  StorageUnavailable,
  storageUnavailable,
} from '../../platform/postgres/storage-unavailable.ts';
import { CustomerEventStore, type AppendOutcome } from '../application/customer-event-store.port.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { instantFromMillis } from '../../../libs/time/instant.ts';
import { GroupCommitCustomerEventStore } from './group-commit-customer-event-store.ts';

const NOW = instantFromMillis(0);

/** An event of which only the name matters; after a `#` stands its `eventId`. */
const named = (name: string): CustomerEvent => ({
  id: name,
  customerId: 'c',
  type: 'a',
  payload: new JsonText('{}'),
  occurredAt: NOW,
  createdAt: NOW,
  eventId: name.split('#')[1] ?? null,
});

/** One statement that is in flight, until the test ends it. */
interface Statement {
  readonly names: string[];
  /** Ends it with an outcome for each event that tells which event it is for. */
  succeed(): void;
  fail(error: unknown): void;
}

const outcomeOf = (event: CustomerEvent): AppendOutcome => ({ kind: 'existing', event });

/** A store whose statements end when the test says so. */
class StoreUnderControl extends CustomerEventStore {
  readonly statements: Statement[] = [];
  inFlight = 0;
  mostInFlight = 0;

  append(events: readonly CustomerEvent[], isAbandoned: IsAbandoned): Promise<AppendOutcome[]> {
    if (isAbandoned()) return Promise.reject(new Abandoned());
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
    return new Promise<AppendOutcome[]>((resolve, reject) => {
      this.statements.push({
        names: events.map(({ id }) => id),
        succeed: () => resolve(events.map(outcomeOf)),
        fail: reject,
      });
    }).finally(() => this.inFlight--);
  }

  preview(events: readonly CustomerEvent[]): Promise<AppendOutcome[]> {
    return Promise.resolve(events.map(outcomeOf));
  }
}

/** A store that refuses statements with certain events in them, at once. */
class StoreThatFails extends StoreUnderControl {
  constructor(private readonly failure: (names: readonly string[]) => unknown) {
    super();
  }

  override append(events: readonly CustomerEvent[], isAbandoned: IsAbandoned): Promise<AppendOutcome[]> {
    const outcomes = super.append(events, isAbandoned);
    const statement = this.statements.at(-1) as Statement;
    const error = this.failure(statement.names);
    if (error === undefined) statement.succeed();
    else statement.fail(error);
    return outcomes;
  }
}

/** What became of each request, in the order in which they got a response. */
class Requests {
  readonly responses: string[] = [];

  constructor(private readonly store: CustomerEventStore) {}

  send(names: string, isAbandoned: IsAbandoned = neverAbandoned): void {
    const events = names.split(' ').map(named);
    this.store.append(events, isAbandoned).then(
      (outcomes) => {
        const told = outcomes.map((outcome) => (outcome.kind === 'existing' ? outcome.event.id : outcome.kind));
        this.responses.push(`${names}: ${told.join(' ') === names ? 'its outcomes' : told.join(' ')}`);
      },
      (error: Error) => this.responses.push(`${names}: ${error.constructor.name}`),
    );
  }
}

/** What `pg` throws where PostgreSQL has answered with an error. */
const refusalOf = (code: string): Error => Object.assign(new Error('no'), { code, severity: 'ERROR' });

/** Everything that can go on without anybody's doing has gone on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('GroupCommitCustomerEventStore', () => {
  let inner: StoreUnderControl;
  let requests: Requests;

  const over = (store: StoreUnderControl, limits = {}): void => {
    inner = store;
    requests = new Requests(
      new GroupCommitCustomerEventStore(store, {
        maxQueuedEvents: 100,
        maxEventsPerCommit: 10,
        maxCommits: 2,
        maxCommitsOfShards: 3,
        ...limits,
      }),
    );
  };
  const names = () => inner.statements.map((statement) => statement.names.join(' '));
  const end = async (statement: number): Promise<void> => {
    inner.statements[statement]?.succeed();
    await settled();
  };

  beforeEach(() => over(new StoreUnderControl()));

  it('sends a single event at once where nothing is in flight: before anything else can happen', () => {
    requests.send('a');
    expect(names()).toEqual(['a']);
  });

  it('responds after the statement has ended, not before', async () => {
    requests.send('a');
    await settled();
    expect(requests.responses).toEqual([]);
    await end(0);
    expect(requests.responses).toEqual(['a: its outcomes']);
  });

  it('gathers what comes while a statement is in flight into the next one', async () => {
    for (const name of ['a', 'b', 'c d', 'e']) requests.send(name);
    await settled();
    expect(names()).toEqual(['a']);
    await end(0);
    expect(names()).toEqual(['a', 'b c d e']);
    expect(requests.responses).toEqual(['a: its outcomes']);
    requests.send('f');
    await end(1);
    expect(names()).toEqual(['a', 'b c d e', 'f']);
    await end(2);
    expect(requests.responses).toEqual(['a', 'b', 'c d', 'e', 'f'].map((name) => `${name}: its outcomes`));
  });

  it('has one statement under way at a time', async () => {
    over(new StoreUnderControl(), { maxEventsPerCommit: 2 });
    for (let n = 0; n < 20; n++) requests.send(`e${n}`);
    for (let statement = 0; statement < 11; statement++) await end(statement);
    expect(inner.statements).toHaveLength(11);
    expect(inner.mostInFlight).toBe(1);
    expect(requests.responses).toHaveLength(20);
  });

  describe('of requests with a hundred events and more', () => {
    const many = (name: string): string => Array.from({ length: 100 }, (_, index) => `${name}${index}`).join(' ');
    const firsts = () =>
      inner.statements.map((statement) => statement.names.filter((name) => /^[a-z]0?(#|$)/.test(name)));

    beforeEach(() => over(new StoreUnderControl(), { maxQueuedEvents: 1_000, maxEventsPerCommit: 300 }));

    it('has two groups under way at a time', async () => {
      for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) requests.send(many(name));
      expect(firsts()).toEqual([['a0'], ['b0']]);
      await end(1);
      expect(firsts()).toEqual([['a0'], ['b0'], ['c0', 'd0', 'e0']]);
      await end(0);
      expect(firsts().slice(3)).toEqual([['f0']]);
      expect(inner.mostInFlight).toBe(2);
    });

    it('has one under way where the pool has one connection for it', async () => {
      over(new StoreUnderControl(), { maxQueuedEvents: 1_000, maxEventsPerCommit: 300, maxCommits: 1 });
      for (const name of [many('a'), 'b', many('c')]) requests.send(name);
      expect(firsts()).toEqual([['a0']]);
      await end(0);
      expect(firsts()).toEqual([['a0'], ['b']]);
      await end(1);
      expect(firsts()).toEqual([['a0'], ['b'], ['c0']]);
      expect(inner.mostInFlight).toBe(1);
    });

    it('writes single events beside one of them, and once at a time', async () => {
      for (const name of [many('a'), 'b', 'c', 'd']) requests.send(name);
      expect(firsts()).toEqual([['a0'], ['b']]);
      await end(1);
      expect(firsts()).toEqual([['a0'], ['b'], ['c', 'd']]);
    });

    it('lets single events that wait go before further ones', async () => {
      for (const name of [many('a'), many('b'), many('c'), 'd', many('e')]) requests.send(name);
      await end(0);
      expect(firsts()).toEqual([['a0'], ['b0'], ['d']]);
      await end(1);
      expect(firsts().at(-1)).toEqual(['c0', 'e0']);
    });

    it('does not write an eventId that is being written: whoever sends it again waits for the first', async () => {
      const first = `a#1 ${many('b')}`;
      for (const name of [first, `c#1 ${many('d')}`, 'e#1', 'f#2']) requests.send(name);
      expect(firsts()).toEqual([['a#1', 'b0']]);
      await end(0);
      expect(firsts()).toEqual([
        ['a#1', 'b0'],
        ['c#1', 'd0'],
      ]);
      await end(1);
      expect(firsts()).toEqual([
        ['a#1', 'b0'],
        ['c#1', 'd0'],
        ['e#1', 'f#2'],
      ]);
    });
  });

  it('is idle again after the last one: the next event goes out at once', async () => {
    requests.send('a');
    await end(0);
    requests.send('b');
    expect(names()).toEqual(['a', 'b']);
  });

  it('gives each request the outcomes of its own events, in their order', async () => {
    requests.send('a');
    for (const name of ['b1 b2 b3', 'c', 'd1 d2']) requests.send(name);
    await end(0);
    await end(1);
    expect(requests.responses).toEqual(['a', 'b1 b2 b3', 'c', 'd1 d2'].map((name) => `${name}: its outcomes`));
  });

  describe('maxEventsPerCommit', () => {
    beforeEach(() => over(new StoreUnderControl(), { maxEventsPerCommit: 3 }));

    it('is not exceeded by putting requests together, and no request is torn apart', async () => {
      for (const name of ['a', 'b', 'c', 'd e', 'f', 'g h i', 'j']) requests.send(name);
      for (let statement = 0; statement < 6; statement++) await end(statement);
      expect(names()).toEqual(['a', 'b c', 'd e f', 'g h i', 'j']);
      expect(requests.responses).toHaveLength(7);
    });

    it('does not keep out a single request that brings more', async () => {
      requests.send('a');
      requests.send('b c d e f');
      requests.send('g');
      for (let statement = 0; statement < 3; statement++) await end(statement);
      expect(names()).toEqual(['a', 'b c d e f', 'g']);
    });
  });

  describe('a statement that fails for one of its requests', () => {
    const fault = new TypeError('one of them is at fault');
    const failing = (...bad: string[]) =>
      new StoreThatFails((all) => (all.some((name) => bad.includes(name)) ? fault : undefined));

    it('fails that one alone; its neighbours are written', async () => {
      over(failing('d'));
      for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) requests.send(name);
      await settled();
      expect([...requests.responses].sort()).toEqual(
        ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => `${name}: ${name === 'd' ? 'TypeError' : 'its outcomes'}`),
      );
      expect(names()).toEqual(['a', 'b c d e f g', 'b c d', 'b c', 'd', 'e f g']);
      expect(inner.mostInFlight).toBe(1);
    });

    it('fails several of them alone, too', async () => {
      over(failing('b', 'e', 'g'));
      for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) requests.send(name);
      await settled();
      const failed = requests.responses.filter((response) => response.endsWith('TypeError')).sort();
      expect(failed).toEqual(['b: TypeError', 'e: TypeError', 'g: TypeError']);
      expect(requests.responses).toHaveLength(8);
    });

    it('does not tear a batch apart: it is one transaction', async () => {
      over(failing('b2'));
      for (const name of ['a', 'b1 b2 b3', 'c']) requests.send(name);
      await settled();
      expect([...requests.responses].sort()).toEqual(['a: its outcomes', 'b1 b2 b3: TypeError', 'c: its outcomes']);
      expect(names().filter((statement) => statement.includes('b1'))).toEqual(['b1 b2 b3 c', 'b1 b2 b3']);
    });

    it('which is alone, is not tried again', async () => {
      over(failing('a'));
      requests.send('a');
      await settled();
      expect(names()).toEqual(['a']);
      expect(requests.responses).toEqual(['a: TypeError']);
    });

    it('leaves the store in working order', async () => {
      over(failing('a', 'c'));
      for (const name of ['a', 'b', 'c']) requests.send(name);
      await settled();
      requests.send('d');
      await settled();
      expect(requests.responses.at(-1)).toBe('d: its outcomes');
    });
  });

  describe('where the database is not available', () => {
    it('refuses the group and all who wait, without a statement for each', async () => {
      over(new StoreUnderControl(), { maxEventsPerCommit: 2 });
      for (const name of ['a', 'b', 'c', 'd', 'e f']) requests.send(name);
      inner.statements[0]?.fail(storageUnavailable(new Error('away')));
      await settled();
      expect(names()).toEqual(['a']);
      expect(requests.responses).toEqual(['a', 'b', 'c', 'd', 'e f'].map((name) => `${name}: StorageUnavailable`));
    });

    it('tries again with the next request, and has all its room again', async () => {
      over(new StoreUnderControl(), { maxQueuedEvents: 4 });
      for (const name of ['a', 'b', 'c d']) requests.send(name);
      inner.statements[0]?.fail(storageUnavailable(new Error('away')));
      await settled();
      for (const name of ['e', 'f g h']) requests.send(name);
      expect(names()).toEqual(['a', 'e']);
      await end(1);
      await end(2);
      expect(requests.responses.slice(3)).toEqual(['e: its outcomes', 'f g h: its outcomes']);
    });

    it('while a failing group is halved, refuses the half that is left and all who wait', async () => {
      over(new StoreUnderControl(), { maxQueuedEvents: 5 });
      for (const name of ['a', 'b', 'c', 'd']) requests.send(name);
      await end(0);
      requests.send('e');
      inner.statements[1]?.fail(new TypeError('b, c or d is at fault'));
      await settled();
      expect(names()).toEqual(['a', 'b c d', 'b c']);
      await end(2);
      inner.statements[3]?.fail(storageUnavailable(new Error('away')));
      await settled();
      expect([...requests.responses].sort()).toEqual([
        'a: its outcomes',
        'b: its outcomes',
        'c: its outcomes',
        'd: StorageUnavailable',
        'e: StorageUnavailable',
      ]);
      for (const name of ['f', 'g h i j']) requests.send(name);
      await end(4);
      await end(5);
      expect(requests.responses.slice(5)).toEqual(['f: its outcomes', 'g h i j: its outcomes']);
    });
  });

  describe('maxQueuedEvents', () => {
    beforeEach(() => over(new StoreUnderControl(), { maxQueuedEvents: 5 }));

    it('bounds what waits and is being written: more is refused at once', async () => {
      for (const name of ['a', 'b', 'c d', 'e', 'f']) requests.send(name);
      await settled();
      expect(requests.responses).toEqual(['f: StorageOverloaded']);
      expect(names()).toEqual(['a']);
    });

    it('is counted in events: a batch that does not fit is refused whole, a smaller request still fits', async () => {
      requests.send('a b');
      requests.send('c d e f');
      requests.send('g h i');
      await settled();
      expect(requests.responses).toEqual(['c d e f: StorageOverloaded']);
      await end(0);
      await end(1);
      expect(names()).toEqual(['a b', 'g h i']);
    });

    it('lets a batch pass that is larger than it where nothing else is there', async () => {
      requests.send('a b c d e f g');
      requests.send('h');
      await settled();
      expect(requests.responses).toEqual(['h: StorageOverloaded']);
      await end(0);
      requests.send('i');
      await end(1);
      expect(requests.responses).toEqual(['h: StorageOverloaded', 'a b c d e f g: its outcomes', 'i: its outcomes']);
    });

    it.each<[string, () => StoreUnderControl]>([
      ['writing', () => new StoreThatFails(() => undefined)],
      ['failing', () => new StoreThatFails(() => new TypeError('no'))],
      ['being away', () => new StoreThatFails(() => storageUnavailable(new Error('away')))],
    ])('has all its room again after %s, however often', async (_, store) => {
      over(store(), { maxQueuedEvents: 5 });
      for (let round = 0; round < 20; round++) {
        for (const name of ['a', 'b c', 'd e']) requests.send(name);
        await settled();
      }
      expect(requests.responses).toHaveLength(60);
      expect(requests.responses.filter((response) => response.endsWith('StorageOverloaded'))).toEqual([]);
    });
  });

  describe('a client that has gone away', () => {
    it('costs no statement, and does not disturb the others', async () => {
      let gone = false;
      requests.send('a');
      requests.send('b', () => gone);
      requests.send('c');
      requests.send('d e', () => gone);
      gone = true;
      await end(0);
      expect(names()).toEqual(['a', 'c']);
      await end(1);
      expect([...requests.responses].sort()).toEqual([
        'a: its outcomes',
        'b: Abandoned',
        'c: its outcomes',
        'd e: Abandoned',
      ]);
    });

    it('alone in the queue, ends without a statement', async () => {
      requests.send('a', () => true);
      await settled();
      expect(names()).toEqual([]);
      expect(requests.responses).toEqual(['a: Abandoned']);
      requests.send('b');
      expect(names()).toEqual(['b']);
    });

    it('after its statement has begun, is written', async () => {
      let gone = false;
      requests.send('a', () => gone);
      gone = true;
      await end(0);
      expect(requests.responses).toEqual(['a: its outcomes']);
    });

    it('while a failing group is halved, is not written', async () => {
      let gone = false;
      requests.send('a');
      requests.send('b');
      requests.send('c', () => gone);
      await end(0);
      gone = true;
      inner.statements[1]?.fail(new TypeError('b or c is at fault'));
      await settled();
      await end(2);
      expect(names()).toEqual(['a', 'b c', 'b']);
      expect([...requests.responses].sort()).toEqual(['a: its outcomes', 'b: its outcomes', 'c: Abandoned']);
    });
  });

  describe('where the database is distributed', () => {
    /** `1a` is an event on shard 1. */
    const shardOf = (events: readonly CustomerEvent[]): number | 'several' => {
      const shards = new Set(events.map(({ id }) => id.charCodeAt(0)));
      return shards.size === 1 ? ([...shards][0] as number) : 'several';
    };
    const workerAway = () => storageUnavailable(refusalOf('08006'));

    const overShards = (store: StoreUnderControl, maxCommitsOfShards = 3): void => {
      inner = store;
      const limits = { maxQueuedEvents: 100, maxEventsPerCommit: 10, maxCommits: 2, maxCommitsOfShards };
      requests = new Requests(new GroupCommitCustomerEventStore(store, limits, undefined, shardOf));
    };

    beforeEach(() => overShards(new StoreUnderControl()));

    it('writes to several shards at a time, and once at a time to each', async () => {
      for (const name of ['1a', '2a', '1b', '3a', '4a', '1c']) requests.send(name);
      expect(names()).toEqual(['1a', '2a', '3a']);
      await end(0);
      expect(names()).toEqual(['1a', '2a', '3a', '4a']);
      await end(1);
      expect(names()).toEqual(['1a', '2a', '3a', '4a', '1b 1c']);
      expect(inner.mostInFlight).toBe(3);
    });

    it('never puts events of two shards into one statement, but for a request that has both', async () => {
      overShards(new StoreUnderControl(), 8);
      requests.send('1a 2a');
      requests.send('1b 2b');
      requests.send('1c');
      expect(names()).toEqual(['1a 2a', '1b 2b', '1c']);
      for (const statement of [2, 1, 0]) await end(statement);
      expect(requests.responses).toEqual(['1c', '1b 2b', '1a 2a'].map((name) => `${name}: its outcomes`));
    });

    it('keeps one place free of requests that have events of several shards', async () => {
      for (const name of ['1a 2a', '1b 2b', '1c 2c', '3a']) requests.send(name);
      expect(names()).toEqual(['1a 2a', '1b 2b', '3a']);
      await end(0);
      expect(names()).toEqual(['1a 2a', '1b 2b', '3a', '1c 2c']);
    });

    it('writes an eventId to one shard while it is written to another, whose customers are others', () => {
      requests.send('1a#1');
      requests.send('2a#1');
      expect(names()).toEqual(['1a#1', '2a#1']);
    });

    it('does not write an eventId of a request for several shards while it may be written to one of them', async () => {
      for (const name of ['1a#1', '1b#1 2b#2', '2c#2']) requests.send(name);
      expect(names()).toEqual(['1a#1', '2c#2']);
      for (const statement of [0, 1]) await end(statement);
      expect(names()).toEqual(['1a#1', '2c#2', '1b#1 2b#2']);
      requests.send('1d#1');
      expect(names()).toHaveLength(3);
      await end(2);
      expect(names().at(-1)).toBe('1d#1');
    });

    it('refuses those who wait for a shard that cannot be written to, and nobody else', async () => {
      for (const name of ['1a', '2a', '1b', '2b', '1c 2c']) requests.send(name);
      inner.statements[0]?.fail(workerAway());
      await settled();
      expect(requests.responses).toEqual(['1a: StorageUnavailable', '1b: StorageUnavailable']);
      for (const statement of [1, 2, 3]) await end(statement);
      expect(requests.responses.slice(2).sort()).toEqual(['1c 2c', '2a', '2b'].map((name) => `${name}: its outcomes`));
    });

    describe('lets one statement at a time try shards that could not be written to', () => {
      beforeEach(async () => {
        for (const name of ['1a', '2a']) requests.send(name);
        for (const statement of inner.statements) statement.fail(workerAway());
        await settled();
        requests.responses.length = 0;
        for (const name of ['1b', '1c', '2b', '3a']) requests.send(name);
        await settled();
        expect(names().slice(2)).toEqual(['1b', '3a']);
      });

      it('and refuses all who wait for them where it fails', async () => {
        inner.statements[2]?.fail(workerAway());
        await settled();
        expect(requests.responses).toEqual(['1b', '1c', '2b'].map((name) => `${name}: StorageUnavailable`));
        await end(3);
        requests.send('2c');
        expect(names().slice(4)).toEqual(['2c']);
      });

      it('and writes what has waited where it succeeds', async () => {
        await end(2);
        expect(names().slice(2)).toEqual(['1b', '3a', '2b', '1c']);
        for (const statement of [3, 4, 5]) await end(statement);
        expect([...requests.responses].sort()).toEqual(['1b', '1c', '2b', '3a'].map((name) => `${name}: its outcomes`));
      });

      it('and refuses at once who comes where half of the room is taken', async () => {
        requests.send(Array.from({ length: 50 }, (_, n) => `3${n}x`).join(' '));
        requests.send('1d');
        requests.send('4a');
        await settled();
        expect(requests.responses).toEqual(['1d: StorageUnavailable']);
        expect(names().at(-1)).toBe('4a');
      });
    });

    it('refuses all who wait where the connection to the database is gone', async () => {
      for (const name of ['1a', '2a', '3a', '1b', '4a']) requests.send(name);
      inner.statements[0]?.fail(storageUnavailable(new Error('Connection terminated')));
      await settled();
      expect(requests.responses.sort()).toEqual(['1a', '1b', '4a'].map((name) => `${name}: StorageUnavailable`));
      for (const statement of [1, 2]) await end(statement);
      requests.send('1c');
      expect(names().at(-1)).toBe('1c');
    });
  });

  it('responds to every one of a thousand requests, whatever happens to them', async () => {
    let call = 0;
    over(
      new StoreThatFails(() => {
        call++;
        if (call % 7 === 0) return storageUnavailable(new Error('away'));
        return call % 3 === 0 ? new TypeError('no') : undefined;
      }),
      { maxQueuedEvents: 50, maxEventsPerCommit: 8, maxCommitsOfShards: 3 },
    );
    for (let n = 0; n < 1_000; n++) {
      requests.send(n % 5 === 0 ? `n${n} m${n}` : `n${n}`, () => n % 11 === 0);
      if (n % 97 === 0) await settled();
    }
    await settled();
    expect(requests.responses).toHaveLength(1_000);
    expect(new Set(requests.responses.map((response) => response.split(': ')[1]))).toEqual(
      new Set(['its outcomes', 'Abandoned', 'TypeError', StorageUnavailable.name, StorageOverloaded.name]),
    );
    expect(inner.mostInFlight).toBe(1);
  });
});
