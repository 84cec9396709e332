import 'reflect-metadata';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import express, { type Express } from 'express';
import { loadConfig } from '../../src/config.ts';
import { createApp } from '../../src/app/create-app.ts';

interface Prototypes {
  readonly request: unknown;
  readonly response: unknown;
}

const prototypesOf = (request: IncomingMessage, response: ServerResponse): Prototypes => ({
  request: Object.getPrototypeOf(request) as unknown,
  response: Object.getPrototypeOf(response) as unknown,
});

/** The prototypes of one request and its response: as the server made them, and when the response is out. */
async function prototypesInUse(server: Server): Promise<{ made: Prototypes; answered: Prototypes }> {
  const made = new Promise<Prototypes>((resolve) => {
    server.prependOnceListener('request', (request, response) => resolve(prototypesOf(request, response)));
  });
  const answered = new Promise<Prototypes>((resolve) => {
    server.once('request', (request, response) => {
      response.once('finish', () => resolve(prototypesOf(request, response)));
    });
  });
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/health/live`);
  expect(response.status).toBe(200);
  await response.arrayBuffer();
  return { made: await made, answered: await answered };
}

describe('what Express does to the prototypes of a request and its response', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  it('is nothing in this service: they are made with the prototypes that Express sets', async () => {
    const app = await createApp(loadConfig({ LOG_LEVEL: 'error' }), 'postgres://nowhere/');
    ends.push(() => app.close());
    await app.listen(0, '127.0.0.1');
    const { made, answered } = await prototypesInUse(app.getHttpServer() as unknown as Server);
    const instance = app.getHttpAdapter().getInstance() as Express;
    expect(made.request).toBe(instance.request);
    expect(made.response).toBe(instance.response);
    expect(answered.request).toBe(made.request);
    expect(answered.response).toBe(made.response);
  });

  it('is a change where Express is used as it comes', async () => {
    const app = express();
    app.get('/health/live', (_request, response) => void response.send('ok'));
    const server = createServer(app).listen(0, '127.0.0.1');
    ends.push(
      () => server.close(),
      () => server.closeAllConnections(),
    );
    await once(server, 'listening');
    const { made, answered } = await prototypesInUse(server);
    expect(answered.request).not.toBe(made.request);
    expect(answered.response).not.toBe(made.response);
  });
});
