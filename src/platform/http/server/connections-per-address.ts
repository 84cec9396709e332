import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Closes connections beyond the limit of their address at once.
 *
 * @param limit 0: none.
 */
export function limitConnectionsPerAddress(server: Server, limit: number, onDropped: () => void): void {
  if (limit === 0) return;
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const count = open.get(address) ?? 0;
    if (count >= limit) {
      socket.destroy();
      onDropped();
      return;
    }
    open.set(address, count + 1);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
  });
}
