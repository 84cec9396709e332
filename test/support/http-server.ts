import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server of a test, on a port of its own. */
export interface HttpServer {
  /** Without a path. */
  readonly url: string;
  /** Breaks connections off that are open. */
  close(): Promise<void>;
}

/** @param host an address or name of this machine; a name makes an origin of its own beside the address. */
export async function startHttpServer(listener: RequestListener, host = '127.0.0.1'): Promise<HttpServer> {
  const server = createServer(listener).listen(0, host);
  await once(server, 'listening');
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
