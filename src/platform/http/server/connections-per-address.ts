import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Counts } from '../../../../libs/kernel/counts.ts';
import { addressOf } from '../request/address-of.ts';

/**
 * Closes connections beyond the limit of their address at once.
 *
 * @param limit 0: none.
 */
export function limitConnectionsPerAddress(server: Server, limit: number, onDropped: () => void): void {
  if (limit === 0) return;
  const open = new Counts();
  server.on('connection', (socket: Socket) => {
    const address = addressOf(socket);
    if (open.of(address) >= limit) {
      socket.destroy();
      onDropped();
      return;
    }
    open.add(address);
    socket.once('close', () => open.remove(address));
  });
}
