import { SHORT_LINE } from '../../../libs/kernel/characters.ts';
import { ID_PATTERN } from '../../../libs/kernel/ids.ts';
import { decodeWalkCursor, encodeWalkCursor } from '../../../libs/kernel/walk-cursor.ts';
import { parseInstant } from '../../../libs/time/instant.ts';
import type { Customer } from './customer.ts';
import type { CustomerPosition } from './customer-position.ts';

export const CUSTOMERS_DEFAULT_LIMIT = 50;
export const CUSTOMERS_MAX_LIMIT = 200;
/** Of all customers of a page; see {@link CustomerLimits}. */
export const CUSTOMERS_MAX_BYTES = 2_097_152;

/** Where one read of a list of customers ends, whichever of them comes first. */
export interface CustomerLimits {
  readonly customers: number;
  /** Of all that they consist of, about as much as in a response; the first one always fits. */
  readonly bytes: number;
}

/** What one read of a list gave. */
export interface CustomerPart {
  readonly customers: readonly Customer[];
  /** There are no more behind them. */
  readonly isEnd: boolean;
}

/**
 * A cursor of a list of the customers of an app: see {@link encodeWalkCursor}.
 *
 * @param prefix of the external ids of a list in their order; undefined: of the newest first.
 */
export function customerCursor(appId: string, prefix: string | undefined, last: Customer): string {
  const place = prefix === undefined ? `${last.createdAt} ${last.id}` : last.externalId;
  return encodeWalkCursor(walkOf(appId, prefix), place);
}

/** Null where the text is no cursor of the newest first of this app. */
export function positionOfCursor(appId: string, cursor: string): CustomerPosition | null {
  const [instantText = '', id = '', ...rest] = decodeWalkCursor(walkOf(appId, undefined), cursor)?.split(' ') ?? [];
  const createdAt = parseInstant(instantText);
  if (rest.length > 0 || createdAt !== instantText || !ID_PATTERN.test(id)) return null;
  return { createdAt, id };
}

/** Null where the text is no cursor of the external ids of this app with this prefix. */
export function externalIdOfCursor(appId: string, prefix: string, cursor: string): string | null {
  const externalId = decodeWalkCursor(walkOf(appId, prefix), cursor);
  return externalId !== null && SHORT_LINE.test(externalId) ? externalId : null;
}

const walkOf = (appId: string, prefix: string | undefined): readonly unknown[] => ['customers', appId, prefix ?? null];
