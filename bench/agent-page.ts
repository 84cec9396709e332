import { API } from './context.ts';
import { LOUD_TYPES, QUIET_TYPES } from './long-customer.ts';
import type { ServerProcess } from './server-process.ts';
import type { ServiceDatabase } from './service.ts';

/** A session for the agent page: its token, and where a browser opens the page with it. */
export interface PageSession {
  readonly token: string;
  readonly url: string;
}

export async function sessionOf(
  server: ServerProcess,
  database: ServiceDatabase,
  customerExternalId: string,
): Promise<PageSession> {
  return (await send(server, database, 'POST', '/embed/sessions', { customerExternalId })) as PageSession;
}

/** How the types of {@link longCustomerDatabase} are displayed. */
export async function putRules(server: ServerProcess, database: ServiceDatabase): Promise<void> {
  const title = 'Order {payload.orderId}: {payload.total:money(payload.currency)}';
  for (const type of QUIET_TYPES) await send(server, database, 'PUT', `/event-types/${type}`, { quiet: true });
  for (const type of LOUD_TYPES) await send(server, database, 'PUT', `/event-types/${type}`, { title });
}

/** Returns the data of the response. @throws Error where it is no success. */
export async function send(
  server: ServerProcess,
  { key }: ServiceDatabase,
  method: string,
  path: string,
  body: object,
): Promise<unknown> {
  const response = await fetch(server.origin + API + path, {
    method,
    headers: { 'X-API-Key': key, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (JSON.parse(text) as { data: unknown }).data;
}
