import { randomSource } from './events.ts';
import type { LargeDatabase } from './large-table.ts';
import { externalId } from './service.ts';

/** Of what reads from the large table over HTTP. */
export const CONNECTIONS = 8;
export const PAGE = 50;
export const CUSTOMERS_READ = 1_000;

/** Any but the largest. */
export function someCustomers({ customers }: LargeDatabase): string[] {
  const random = randomSource(7);
  return Array.from({ length: CUSTOMERS_READ }, () => externalId(1 + Math.floor(random() * (customers - 1))));
}

/** Each connection begins elsewhere, or all would ask the same at the same time. */
export function rotated<T>(items: readonly T[], connection: number): T[] {
  const start = Math.floor((items.length / CONNECTIONS) * connection);
  return [...items.slice(start), ...items.slice(0, start)];
}
