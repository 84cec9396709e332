import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { handlersOf, type Handler } from '../../src/app/handlers.ts';
import { hasScope, SCOPES, type Scope, type Scopes } from '../../src/platform/access/scopes.ts';
import { WITH_SESSION, WITHOUT_KEY } from '../../src/platform/http/request/caller.ts';
import { randomNumbers } from '../support/random.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { expectFailure, expectSuccess } from './helpers/answers.ts';
import { inDrill } from '../support/drill.ts';

/** Those that lie outside the API, or are opened by something else than a key. */
const isWithoutKey = ({ controller }: Handler): boolean =>
  [WITHOUT_KEY, WITH_SESSION].some((mark) => mark.of(controller) === true);
const withoutScope = (handlers: Handler[]): string[] =>
  handlers.filter((handler) => !isWithoutKey(handler) && handler.needs === undefined).map(({ path }) => path);

describe('scopes of keys', () => {
  let service: TestService;
  let guarded: Handler[];

  beforeAll(async () => {
    service = await startTestService();
    guarded = handlersOf(service.app).filter((handler) => !isWithoutKey(handler));
  });
  afterAll(() => service.close());

  const keyWith = async (...scopes: Scope[]): Promise<string> => (await service.createKey({ scopes })).secret;
  const call = ({ method, path }: Pick<Handler, 'method' | 'path'>, key: string, body = '{}') => {
    const target = path.replace(':externalId', 'user_42').replace(/:\w+/g, 'c0mnktc30g0mww6snfe00xf8j');
    const sent = request(service.server)[method.toLowerCase() as 'get'](target).set({ 'X-API-Key': key });
    return method === 'GET' || method === 'DELETE' ? sent : sent.set({ 'Content-Type': 'application/json' }).send(body);
  };

  it('are named by every route behind a key', () => {
    expect(guarded.length).toBeGreaterThan(12);
    expect(withoutScope(guarded)).toEqual([]);
  });

  it('are missed where a route does not name one', async () => {
    @Controller('api/v1/planted')
    class Planted {
      @Get('somewhere')
      read(): string {
        return '';
      }
    }
    @Module({ controllers: [Planted] })
    class PlantedModule {}
    const planted = await NestFactory.createApplicationContext(PlantedModule, { logger: false });
    expect(withoutScope(handlersOf(planted))).toEqual(['/api/v1/planted/somewhere']);
    await planted.close();
  });

  it('let random keys and routes through where the key has what the route needs, and no others', async () => {
    const random = randomNumbers(16);
    const pairs = inDrill(1_000, 250);
    const keys: { scopes: Scopes; secret: string }[] = [{ scopes: null, secret: service.key }];
    for (let n = 0; n < 30; n++) {
      const scopes = SCOPES.filter(() => random() < 0.4);
      keys.push({ scopes, secret: (await service.createKey({ scopes })).secret });
    }
    let refused = 0;
    for (let pair = 0; pair < pairs; pair++) {
      const { scopes, secret } = keys[Math.floor(random() * keys.length)] as (typeof keys)[number];
      const handler = guarded[Math.floor(random() * guarded.length)] as Handler;
      const response = await call(handler, secret);
      const needed = handler.needs as Scope | 'any key';
      if (needed === 'any key' || hasScope(scopes, needed)) {
        expect([handler.method, handler.path, response.status < 401 || response.status > 403]).toEqual([
          handler.method,
          handler.path,
          true,
        ]);
      } else {
        refused++;
        const { details } = expectFailure(response, 403, 'AUTH_API_KEY_FORBIDDEN');
        expect(details).toEqual({ scope: [`needs ${needed}`] });
      }
    }
    expect(refused).toBeGreaterThan(pairs * 0.3);
  });

  it('are asked for before the body is read and anything is charged', async () => {
    const key = await keyWith('timeline:read');
    const response = await call({ method: 'POST', path: '/api/v1/customer-events' }, key, '{"not json');
    expectFailure(response, 403, 'AUTH_API_KEY_FORBIDDEN');
    expect(response.headers).not.toHaveProperty('ratelimit');
  });

  it('of writing give the event back that was written, and name fields alone in a conflict', async () => {
    const key = await keyWith('events:write', 'customers:write');
    const send = (payload: object) =>
      service.post(
        '/customer-events',
        { customerExternalId: 'user_7', type: 'order.placed', payload, eventId: 'one' },
        { 'X-API-Key': key },
      );
    const customer = await service.patch(
      '/customers/user_7',
      { email: 'a@example.com', name: 'A' },
      { 'X-API-Key': key },
    );
    expectSuccess(customer, 201);
    const created = await send({ card: 'secret-value' });
    expectSuccess(created, 201);
    expect(created.body.data.payload).toEqual({ card: 'secret-value' });
    expectSuccess(await send({ card: 'secret-value' }), 200);
    const conflict = await send({ card: 'other' });
    expectFailure(conflict, 409, 'EVENT_ID_CONFLICT');
    expect(conflict.text).not.toContain('secret-value');
    expectFailure(await service.get('/customers/user_7', { 'X-API-Key': key }), 403, 'AUTH_API_KEY_FORBIDDEN');
    expectFailure(await service.delete('/customers/user_7', { 'X-API-Key': key }), 403, 'AUTH_API_KEY_FORBIDDEN');
  });

  it('matter to no one who asks whose key it is', async () => {
    const key = await keyWith('audit:read');
    const { body } = await service.get('/auth/whoami', { 'X-API-Key': key }).expect(200);
    expect(Object.keys(body.data as object)).toEqual(['appId', 'slug', 'name', 'keyType']);
  });
});
