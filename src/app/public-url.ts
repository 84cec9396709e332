import type { HttpAdapterHost } from '@nestjs/core';
import type { AddressInfo, Server } from 'node:net';
import type { Config } from '../config.ts';

/** Where browsers reach the service: PUBLIC_URL, or this machine and the port on which the service listens. */
export function publicUrl(
  { publicUrl: given, port }: Pick<Config, 'publicUrl' | 'port'>,
  { httpAdapter }: Pick<HttpAdapterHost, 'httpAdapter'>,
): string {
  return given ?? `http://localhost:${listeningPort(httpAdapter?.getHttpServer() as Server | undefined) ?? port}`;
}

/** With PORT=0 the system chooses one. */
const listeningPort = (server: Server | undefined): number | undefined =>
  (server?.address() as AddressInfo | null | undefined)?.port;
