import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestService, type TestService } from '../support/test-service.ts';
import { asTheyAre, expectInvalid, expectSuccess } from './helpers/answers.ts';
import { NO_BODIES, NO_VALUES, VALUES } from './helpers/json-syntax.ts';

describe('the JSON of a body', () => {
  let service: TestService;

  const post = (body: string) => service.post('/customer-events', Buffer.from(body)).serialize(asTheyAre);
  const postValue = (value: string) => post(`{"customerExternalId":"user_42","type":"json","payload":{"v":${value}}}`);

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  it.each(NO_VALUES.map((text) => [text]))('is refused with the value %j', async (text) => {
    expectInvalid(await postValue(text), 'body');
  });

  it.each(NO_BODIES.map((text) => [text]))('is refused as %j', async (text) => {
    expectInvalid(await post(text), 'body');
  });

  it.each(VALUES)('is taken with the value %j, and kept as %s', async (text, kept) => {
    const response = await postValue(text);
    expectSuccess(response, 201);
    expect(response.text).toContain(`"payload":{"v":${kept}},"occurredAt":`);
  });

  it('is not quoted where it is refused', async () => {
    const response = await post('{"secret-of-the-sender": oops}');
    expectInvalid(response, 'body');
    expect(response.text).not.toContain('secret-of-the-sender');
    expect(response.text).not.toContain('oops');
  });

  it('stores nothing of what is refused', async () => {
    const kept = await service.database.query("SELECT 1 FROM customer_events WHERE type = 'json'");
    expect(kept).toHaveLength(VALUES.length);
  });
});
