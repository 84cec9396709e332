import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { TypeormApiKeyStore } from '../../src/api-keys/persistence/typeorm-api-key-store.ts';
import { TypeormAuditStore } from '../../src/audit/persistence/typeorm-audit-store.ts';
import { TypeormEmbedSessionStore } from '../../src/embed/persistence/typeorm-embed-session-store.ts';
import { loadConfig } from '../../src/config.ts';
import { ErasureKeys } from '../../src/customer-events/domain/erasure-keys.ts';
import { CustomerEventCopy } from '../../src/customer-events/persistence/copy-customer-events.ts';
import { GroupCommitCustomerEventStore } from '../../src/customer-events/persistence/group-commit-customer-event-store.ts';
import { TypeormCustomerDirectoryStore } from '../../src/customer-events/persistence/typeorm-customer-directory-store.ts';
import { TypeormCustomerEventStore } from '../../src/customer-events/persistence/typeorm-customer-event-store.ts';
import { TypeormAppDataStore } from '../../src/customer-events/persistence/typeorm-app-data-store.ts';
import { TypeormTimelineStore } from '../../src/customer-events/persistence/typeorm-timeline-store.ts';
import { TypeormCustomerStore } from '../../src/customer-events/persistence/typeorm-customer-store.ts';
import { TypeormDisplayRuleStore } from '../../src/event-types/persistence/typeorm-display-rule-store.ts';
import { TypeormTypesSeenStore } from '../../src/event-types/persistence/typeorm-types-seen-store.ts';
import { createDataSource } from '../../src/app/data-source.ts';
import { InMemoryAuditStore } from '../fakes/in-memory-audit-store.ts';
import { InMemoryAppDataStore } from '../fakes/in-memory-app-data-store.ts';
import { InMemoryApiKeyStore } from '../fakes/in-memory-api-key-store.ts';
import { InMemoryCustomerDirectoryStore } from '../fakes/in-memory-customer-directory-store.ts';
import { InMemoryCustomerEventStore } from '../fakes/in-memory-customer-event-store.ts';
import { InMemoryCustomers, InMemoryCustomerStore } from '../fakes/in-memory-customers.ts';
import { InMemoryDisplayRuleStore } from '../fakes/in-memory-display-rule-store.ts';
import { InMemoryPurgeStore } from '../fakes/in-memory-purge-store.ts';
import { InMemoryEmbedSessionStore } from '../fakes/in-memory-embed-session-store.ts';
import { InMemoryTimelineStore } from '../fakes/in-memory-timeline-store.ts';
import { InMemoryTypesSeenStore } from '../fakes/in-memory-types-seen-store.ts';
import { aCustomer, APP } from '../support/builders.ts';
import { auditEntriesOf } from '../support/audit-entries.ts';
import { purgeStore } from '../support/purge-store.ts';
import { createTestDatabase, unfenced, type TestDatabase } from '../support/test-database.ts';
import { auditStoreContract } from './audit-store.contract.ts';
import { appDataStoreContract } from './app-data-store.contract.ts';
import { apiKeyStoreContract } from './api-key-store.contract.ts';
import { customerDirectoryStoreContract } from './customer-directory-store.contract.ts';
import { customerEventStoreContract } from './customer-event-store.contract.ts';
import { embedSessionStoreContract } from './embed-session-store.contract.ts';
import { customerStoreContract } from './customer-store.contract.ts';
import { displayRuleStoreContract } from './display-rule-store.contract.ts';
import { purgeStoreContract } from './purge-store.contract.ts';
import { timelineStoreContract } from './timeline-store.contract.ts';
import { typesSeenStoreContract } from './types-seen-store.contract.ts';

const KEYS = new ErasureKeys(['a secret of thirty-two characters', 'the secret that was in use before']);
const LIMITS = { maxQueuedEvents: 10_000, maxEventsPerCommit: 1_000, maxCommits: 2, maxCommitsOfShards: 4 };

describe('in memory', () => {
  const open = () => {
    const customers = new InMemoryCustomers(KEYS);
    return {
      keys: KEYS,
      audit: () => Promise.resolve(customers.audit),
      entriesOf: async (appId: string) => customers.audit.filter((entry) => entry.appId === appId),
      customers: new InMemoryCustomerStore(customers),
      events: new InMemoryCustomerEventStore(customers),
      timelines: new InMemoryTimelineStore(customers),
      appData: new InMemoryAppDataStore(customers),
      purges: new InMemoryPurgeStore(customers),
      directory: new InMemoryCustomerDirectoryStore(customers),
    };
  };
  customerEventStoreContract(open);
  customerStoreContract(open);
  appDataStoreContract(open);
  purgeStoreContract(open);
  timelineStoreContract(open);
  apiKeyStoreContract(() => {
    const keys = new InMemoryApiKeyStore();
    return { keys, entriesOf: async (appId) => keys.entries.filter((entry) => entry.appId === appId) };
  });
  customerDirectoryStoreContract(open);
  auditStoreContract(() => new InMemoryAuditStore());
  displayRuleStoreContract(() => {
    const rules = new InMemoryDisplayRuleStore();
    return { rules, entriesOf: async (appId) => rules.entries.filter((entry) => entry.appId === appId) };
  });
  typesSeenStoreContract(() => ({ typesSeen: new InMemoryTypesSeenStore() }));
  embedSessionStoreContract(() => {
    const customerId = aCustomer('looked-at').id;
    const sessions = new InMemoryEmbedSessionStore(new Set([customerId]));
    const entriesOf = async (appId: string) => sessions.entries.filter((entry) => entry.appId === appId);
    return { sessions, customerId, entriesOf };
  });
});

describe('on PostgreSQL', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  /** For what operators do: it may go over all customers. */
  let wide: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await createDataSource(database.url, loadConfig({})).initialize();
    wide = await createDataSource(unfenced(database.url), loadConfig({})).initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await wide.destroy();
    await database.drop();
  });

  const open = () => ({
    keys: KEYS,
    entriesOf: (appId: string) => auditEntriesOf(database, appId),
    audit: () => new TypeormAuditStore(dataSource, dataSource).list({}, 10, null),
    customers: new TypeormCustomerStore(dataSource, dataSource, KEYS),
    events: new GroupCommitCustomerEventStore(
      new TypeormCustomerEventStore(dataSource, new CustomerEventCopy(), KEYS),
      LIMITS,
    ),
    timelines: new TypeormTimelineStore(dataSource, dataSource, KEYS),
    appData: new TypeormAppDataStore(wide, wide),
    purges: purgeStore(dataSource, wide),
    directory: new TypeormCustomerDirectoryStore(wide),
  });
  customerEventStoreContract(open);
  customerStoreContract(open);
  appDataStoreContract(open);
  purgeStoreContract(open);
  it('has left a claim for the address of each customer, and no other', async () => {
    const expected = await database.query(`
      SELECT encode(sha256(convert_to(c.app_id, 'UTF8') || '\\x00' || convert_to(lower(c.email), 'UTF8')), 'hex') AS claim,
        c.id FROM customers AS c ORDER BY 1`);
    expect(expected).not.toEqual([]);
    expect(
      await database.query(
        `SELECT encode(e.sha256, 'hex') AS claim, e.customer_id AS id FROM customer_emails AS e ORDER BY 1`,
      ),
    ).toEqual(expected);
  });
  timelineStoreContract(open);
  apiKeyStoreContract(() => ({
    keys: new TypeormApiKeyStore(dataSource, dataSource),
    entriesOf: (appId) => auditEntriesOf(database, appId),
  }));
  customerDirectoryStoreContract(open);
  auditStoreContract(() => new TypeormAuditStore(dataSource, dataSource));
  displayRuleStoreContract(() => ({
    rules: new TypeormDisplayRuleStore(dataSource, dataSource),
    entriesOf: (appId) => auditEntriesOf(database, appId),
  }));
  typesSeenStoreContract(() => ({ typesSeen: new TypeormTypesSeenStore(dataSource, dataSource) }));
  describe('with a customer', () => {
    const customer = aCustomer('looked-at');
    beforeAll(() => open().customers.put(APP, customer.id, () => customer));
    embedSessionStoreContract(() => ({
      sessions: new TypeormEmbedSessionStore(dataSource, dataSource),
      customerId: customer.id,
      entriesOf: (appId) => auditEntriesOf(database, appId),
    }));
  });

  it('estimates the sizes of apps from a sample of large tables', async () => {
    try {
      await database.query(`
        INSERT INTO customers SELECT 'sampled-' || n, CASE WHEN n % 4 = 0 THEN 'sampled-b' ELSE 'sampled-a' END,
          'user_' || n, n || '@example.com', 'name', NULL, NULL, '{}', now(), now() FROM generate_series(1, 20000) AS n`);
      await database.query(`
        INSERT INTO customer_events SELECT 'sampled-' || n, now(), 'event-' || n, 'type', '{"a":1}', NULL, now()
        FROM generate_series(1, 20000) AS n`);
      const { sizes, isCounted } = await open().directory.sizes(100);
      expect(isCounted).toBe(false);
      const of = (appId: string) => sizes.find((size) => size.appId === appId);
      for (const [appId, count] of [
        ['sampled-a', 15_000],
        ['sampled-b', 5_000],
      ] as const) {
        for (const kind of ['customers', 'events'] as const) {
          expect(of(appId)?.[kind]).toBeGreaterThan(count * 0.6);
          expect(of(appId)?.[kind]).toBeLessThan(count * 1.4);
        }
      }
      expect(of('sampled-a')?.bytes).toBeGreaterThan((of('sampled-b')?.bytes ?? NaN) * 2);
    } finally {
      await database.query("DELETE FROM customer_events WHERE customer_id LIKE 'sampled-%'");
      await database.query("DELETE FROM customers WHERE id LIKE 'sampled-%'");
    }
  });

  describe('by COPY', () => {
    const copy = new CustomerEventCopy({ minCopiedEvents: 1, pauseAfterRefusal: 0, isHistory: true });
    customerEventStoreContract(() => ({ ...open(), events: new TypeormCustomerEventStore(dataSource, copy, KEYS) }));
  });

  describe('by INSERT, without group commit', () => {
    const insertOnly = new CustomerEventCopy({ minCopiedEvents: Infinity });
    customerEventStoreContract(() => ({
      ...open(),
      events: new TypeormCustomerEventStore(dataSource, insertOnly, KEYS),
    }));
  });
});
