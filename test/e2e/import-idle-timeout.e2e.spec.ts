import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { manyLines } from '../support/history.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

const IDLE_TIMEOUT_MS = 1_000;

describe('An import that has arrived whole', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService({
      IDLE_TIMEOUT_MS: String(IDLE_TIMEOUT_MS),
      DATABASE_LOCK_TIMEOUT_MS: '10000',
      DATABASE_STATEMENT_TIMEOUT_MS: '10000',
    });
  });
  afterAll(() => service.close());

  it('is not cut off by the idle timeout while its lines are written', async () => {
    const session = await service.database.session();
    await session.query('BEGIN; LOCK TABLE customer_events IN SHARE MODE');
    setTimeout(() => void session.end(), 3 * IDLE_TIMEOUT_MS);
    const lines = manyLines(10, 'waiting').join('\n');
    const response = await service.post('/customer-events/import', lines, { 'Content-Type': 'application/x-ndjson' });
    expect(response.status).toBe(200);
    expect(response.body.data).toMatchObject({ created: 10 });
  }, 30_000);
});
