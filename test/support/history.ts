import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { TestService } from './test-service.ts';
import { API } from './test-service.ts';

/** One line of history, with whatever is special about it. */
export const line = (fields: object = {}): string =>
  JSON.stringify({
    customerExternalId: 'user_42',
    type: 'order.placed',
    payload: { orderId: '1042' },
    occurredAt: '2024-04-18T10:00:00Z',
    ...fields,
  });

/** So many lines, each with an `eventId` that begins with the prefix. */
export const manyLines = (count: number, prefix: string): string[] =>
  Array.from({ length: count }, (_, n) => line({ eventId: `${prefix}-${n + 1}`, payload: { n: n + 1 } }));

/** A request whose body is written by hand, piece by piece, in chunked encoding. */
export interface OpenImport {
  readonly socket: Socket;
  /** Resolves when the operating system has taken the bytes. */
  write(text: string | Buffer): Promise<void>;
  end(): void;
  /** Everything received, as soon as it has this in it. */
  receives(pattern: RegExp): Promise<string>;
}

export const openImport = (
  service: Pick<TestService, 'server' | 'key'>,
  headers: readonly string[] = [],
): Promise<OpenImport> => openImportAt((service.server.address() as AddressInfo).port, service.key, headers);

/** The same to a service in a process of its own. */
export async function openImportAt(port: number, key: string, headers: readonly string[] = []): Promise<OpenImport> {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
  await once(socket, 'connect');
  const head = [
    `POST ${API}/customer-events/import HTTP/1.1`,
    'Host: localhost',
    `X-API-Key: ${key}`,
    'Content-Type: application/x-ndjson',
    'Transfer-Encoding: chunked',
    ...headers,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  return {
    socket,
    write: (text) =>
      new Promise((resolve) => {
        const bytes = Buffer.from(text);
        socket.write(Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]), () =>
          resolve(),
        );
      }),
    end: () => void socket.write('0\r\n\r\n'),
    receives: async (pattern) => {
      while (!pattern.test(received)) {
        if (socket.closed) throw new Error(`closed without ${pattern}:\n${received}`);
        await Promise.race([once(socket, 'data'), once(socket, 'close')]);
      }
      return received;
    },
  };
}
