import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy in front of PostgreSQL that can make the network fail in the ways networks do. */
export interface FaultProxy {
  readonly port: number;
  /** Packets vanish on all connections, and nobody is told: new ones are taken and never answered. */
  blackHole(): void;
  /** As {@link blackHole}, but only for connections that are open now: a firewall forgot them. */
  blackHoleOpen(): void;
  /** Every connection is reset, and new ones are refused, as where nothing listens. */
  refuse(): Promise<void>;
  /** New connections pass again. Those into a black hole stay there. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

/** @param target the socket file of the server. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let swallowsNew = false;

  // Without noDelay the second of two small answers waits for the other side to acknowledge the first: 40 ms.
  const server = createServer({ noDelay: true }, (client) => {
    const database = connect(target);
    const pair = [client, database] as const;
    pairs.add(pair);
    for (const [from, to] of [
      [client, database],
      [database, client],
    ] as const) {
      from.on('error', () => {});
      from.on('data', (chunk: Buffer) => to.write(chunk));
      from.on('close', () => {
        pairs.delete(pair);
        to.destroy();
      });
    }
    if (swallowsNew) swallow(pair);
  });
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;

  return {
    port,
    blackHole: () => {
      swallowsNew = true;
      pairs.forEach(swallow);
    },
    blackHoleOpen: () => pairs.forEach(swallow),
    refuse: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const [client] of pairs) client.resetAndDestroy();
      await closed;
    },
    heal: async () => {
      swallowsNew = false;
      if (!server.listening) await listen(port);
    },
    close: async () => {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What was written so far arrives; from now on nothing does, in either direction, nor the end of it. */
function swallow(pair: readonly [Socket, Socket]): void {
  for (const socket of pair)
    socket
      .removeAllListeners('data')
      .removeAllListeners('close')
      .on('data', () => {});
  // The server's side would be told at once if the client gave up: it is told never.
  pair[0].on('end', () => {});
}
