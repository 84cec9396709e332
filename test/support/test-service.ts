import 'reflect-metadata';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { KeyAdministration } from '../../src/api-keys/application/key-administration.ts';
import type { ApiKeyType } from '../../src/api-keys/domain/api-key.ts';
import type { Scopes } from '../../src/platform/access/scopes.ts';
import { loadConfig } from '../../src/config.ts';
import { createApp } from '../../src/app/create-app.ts';
import { createLog } from '../../src/app/create-log.ts';
import type { LogDestination } from '../../src/platform/log/buffered-output.ts';
import { DatabaseConnection } from '../../src/platform/postgres/database-connection.ts';
import { ERASURE_SECRET } from './erasure-secret.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

export const API = '/api/v1';

/** The real application on a real database of its own. */
export interface TestService {
  readonly app: NestExpressApplication;
  readonly database: TestDatabase;
  readonly server: Server;
  /** A key of the app "acme", in which the customer "user_42" exists. */
  readonly key: string;
  /** Another app's key: it must see nothing of acme. */
  readonly otherKey: string;
  createKey(options: {
    app?: string;
    type?: ApiKeyType;
    expiresAt?: number | null;
    scopes?: Scopes;
  }): Promise<{ id: string; secret: string }>;
  revokeKey(id: string): Promise<void>;
  post(path: string, body: string | object, headers?: Record<string, string>): request.Test;
  put(path: string, body: string | object, headers?: Record<string, string>): request.Test;
  patch(path: string, body: string | object, headers?: Record<string, string>): request.Test;
  get(path: string, headers?: Record<string, string>): request.Test;
  delete(path: string, headers?: Record<string, string>): request.Test;
  close(): Promise<void>;
}

/** Where a service listens, without a path. */
export const originOf = ({ server }: Pick<TestService, 'server'>): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** @param log where the log goes, if not to stdout. */
export async function startTestService(
  settings: Record<string, string> = {},
  log?: LogDestination,
): Promise<TestService> {
  const database = await createTestDatabase();
  const service = await startServiceOn(database, settings, log);
  const administration = service.app.get(KeyAdministration);
  await administration.createApp('acme', 'Acme');
  await administration.createApp('other', 'Other');
  const { secret: key } = await service.createKey({ app: 'acme' });
  const { secret: otherKey } = await service.createKey({ app: 'other' });
  const ready = withKey(service, key);
  await ready.patch('/customers/user_42', { email: 'user_42@example.com', name: 'Ada' }).expect(201);
  return {
    ...ready,
    key,
    otherKey,
    close: async () => {
      await service.app.close();
      await database.drop();
    },
  };
}

/** One more instance of the service on a database that exists: the same app, keys and customers. */
export async function startServiceOn(
  database: TestDatabase,
  settings: Record<string, string> = {},
  log?: LogDestination,
): Promise<Omit<TestService, 'key' | 'otherKey'>> {
  const config = loadConfig({
    LOG_LEVEL: 'error',
    API_KEY_CACHE_MS: '0',
    DATABASE_POOL_SIZE: '5',
    // How fast the machine is must not decide whether a test passes.
    DATABASE_CONNECT_TIMEOUT_MS: '20000',
    DATABASE_READ_TIMEOUT_MS: '20000',
    DATABASE_STATEMENT_TIMEOUT_MS: '20000',
    RATE_LIMITS: '0',
    READ_LIMITS: '0',
    SHUTDOWN_GRACE_MS: '1000',
    ERASURE_SECRET,
    ...settings,
  });
  const app = await createApp(config, database.url, createLog(config, log));
  await app.listen(0, '127.0.0.1');
  await app.get(DatabaseConnection).connect();
  const administration = app.get(KeyAdministration);
  const base = {
    app,
    database,
    server: app.getHttpServer() as Server,
    createKey: async ({
      app: slug = 'acme',
      type = 'agent' as ApiKeyType,
      expiresAt = null as number | null,
      scopes = null as Scopes,
    }) => {
      const { key, secret } = await administration.createKey(
        slug,
        'test',
        type,
        expiresAt,
        scopes === null ? {} : { scopes },
      );
      return { id: key.id, secret };
    },
    revokeKey: async (id: string) => void (await administration.revokeKey(id)),
    close: () => app.close(),
  };
  return withKey(base, '');
}

export function withKey<T extends { server: Server }>(service: T, key: string) {
  const send = (method: 'post' | 'put' | 'patch' | 'get' | 'delete', path: string, headers: Record<string, string>) =>
    request(service.server)
      [method](`${API}${path}`)
      .set({ ...(key === '' ? {} : { 'X-API-Key': key }), ...headers });
  return {
    ...service,
    key,
    post: (path: string, body: string | object, headers: Record<string, string> = {}) =>
      send('post', path, { 'Content-Type': 'application/json', ...headers }).send(body),
    put: (path: string, body: string | object, headers: Record<string, string> = {}) =>
      send('put', path, { 'Content-Type': 'application/json', ...headers }).send(body),
    patch: (path: string, body: string | object, headers: Record<string, string> = {}) =>
      send('patch', path, { 'Content-Type': 'application/json', ...headers }).send(body),
    get: (path: string, headers: Record<string, string> = {}) => send('get', path, headers),
    delete: (path: string, headers: Record<string, string> = {}) => send('delete', path, headers),
  };
}
