import { describe, expect, it } from '@jest/globals';
import { pathToFileURL } from 'node:url';
import { startNode } from '../support/child.ts';
import { eventsIn, sendCreated, startScriptedServer } from '../support/client/scripted-server.ts';
import { built } from '../support/child.ts';

const CLIENT = pathToFileURL(built('../client/dist/index.js')).href;

describe('a process with the built client', () => {
  it('does not end before what it has queued is delivered, though nothing else keeps it', async () => {
    let requests = 0;
    const server = await startScriptedServer((request, response) =>
      ++requests < 4 ? response.writeHead(503).end() : sendCreated(request, response),
    );
    try {
      const program = `
        import { CustomerEvents } from '${CLIENT}';
        const client = new CustomerEvents({ url: '${server.url}', key: 'k', onUndelivered: console.error });
        client.enqueue({ customerExternalId: 'user_42', type: 'order.placed' });
        client.enqueue({ customerExternalId: 'user_42', type: 'order.paid' });
      `;
      const child = startNode(['--input-type=module', '-e', program]);
      expect(await child.ends()).toEqual({ code: 0, signal: null });
      expect(child.output()).toBe('');
      expect(eventsIn(server.requests.at(-1)!).map(({ type }) => type)).toEqual(['order.placed', 'order.paid']);
      expect(requests).toBe(4);
    } finally {
      await server.close();
    }
  });
});
