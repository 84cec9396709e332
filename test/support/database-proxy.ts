import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a database that can be cut: the server itself stays up, for those who go there directly. */
export interface DatabaseProxy {
  readonly url: string;
  /** Ends all connections and refuses new ones. */
  cut(): Promise<void>;
  /** From now on nothing comes through the connections that are open, as if their cables were cut. */
  silence(): void;
  /** Lets new connections through again, or for the first time. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The way to the database of `targetUrl`; it is cut at first.
 *
 * @param delayMs for so long nothing goes through a new connection, as where the machine is busy.
 */
export async function openDatabaseProxy(targetUrl: string, delayMs = 0): Promise<DatabaseProxy> {
  const target = new URL(targetUrl);
  const socketFolder = target.searchParams.get('host');
  const port = Number(target.port || 5432);
  const dial = (): Socket =>
    socketFolder?.startsWith('/') ? connect(`${socketFolder}/.s.PGSQL.${port}`) : connect(port, target.hostname);

  const sockets = new Set<Socket>();
  const silences = new Set<() => void>();
  let server: Server | undefined;
  const listen = async (onPort: number): Promise<number> => {
    server = createServer({ noDelay: true }, (client) => {
      const upstream = dial();
      for (const socket of [client, upstream]) {
        sockets.add(socket);
        socket
          .on('error', () => {})
          .on('close', () => {
            sockets.delete(socket);
            client.destroy();
            upstream.destroy();
            silences.delete(silence);
          });
      }
      const join = (): void => void client.pipe(upstream).pipe(client);
      if (delayMs === 0) join();
      else setTimeout(join, delayMs);
      const silence = (): void => {
        client.unpipe();
        upstream.unpipe();
        // Read and thrown away: neither side shall notice.
        client.resume();
        upstream.resume();
      };
      silences.add(silence);
    }).listen(onPort, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const cut = async (): Promise<void> => {
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
    server = undefined;
  };

  const ownPort = await listen(0);
  await cut();
  const url = new URL(targetUrl);
  url.searchParams.delete('host');
  url.host = `127.0.0.1:${ownPort}`;
  return {
    url: url.toString(),
    cut,
    silence: () => silences.forEach((silence) => silence()),
    restore: async () => void (await listen(ownPort)),
    close: cut,
  };
}
