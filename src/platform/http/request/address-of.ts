import type { Socket } from 'node:net';

/** Who is at the other end, which may be a proxy for many; empty where the connection is gone. */
export const addressOf = ({ remoteAddress }: Pick<Socket, 'remoteAddress'>): string => remoteAddress ?? '';
