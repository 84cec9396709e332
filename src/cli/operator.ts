import { hostname, userInfo } from 'node:os';
import type { Actor } from '../platform/audit/audit-entry.ts';

/** Who runs this command: the account and the machine, such as `postgres@db1`. */
export const operator = (): Actor => ({ kind: 'operator', id: `${account()}@${hostname()}`, requestId: null });

/** A container may run as a number that has no name. */
function account(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
