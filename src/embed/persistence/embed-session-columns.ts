import { instantOfUtcText, utcText } from '../../platform/postgres/utc-text.ts';
import {
  bytesColumn,
  column,
  countColumn,
  millisColumn,
  recordOfRow,
  selectList,
  type Column,
  type RecordColumns,
  type RowOf,
} from '../../platform/postgres/record-columns.ts';
import type { Instant } from '../../../libs/time/instant.ts';
import type { EmbedSession, MatchedBy } from '../domain/embed-session.ts';

const asItIs = <Value>(name: string, type: Column<Value>['type']): Column<Value, Value> => ({
  name,
  type,
  read: (stored) => stored,
  parameterOf: (value) => value,
  valueOfRow: (stored) => stored,
});

const instantOrNullColumn = (name: string): Column<Instant | null, string | null> => ({
  name,
  type: 'timestamptz',
  read: utcText,
  parameterOf: (instant) => instant,
  valueOfRow: (stored) => (stored === null ? null : instantOfUtcText(stored)),
});

/** Whole milliseconds, also of what was set by hand: by `now()` there are microseconds. */
const wholeMillisColumn = <Value extends number | null>(name: string): Column<Value, Value> => ({
  ...millisColumn<Value>(name),
  valueOfRow: (stored) => (stored === null ? stored : (Math.floor(stored) as Value)),
});

/** Each field of a session, and the column of `embed_sessions` that holds it. */
export const EMBED_SESSION_COLUMNS = {
  id: column('id'),
  appId: column('app_id'),
  keyId: column('key_id'),
  sha256: bytesColumn('sha256'),
  customerId: column('customer_id'),
  customerExternalId: column('customer_external_id'),
  matchedBy: column<MatchedBy>('matched_by'),
  viewerId: column<string | null>('viewer_id'),
  viewerName: column<string | null>('viewer_name'),
  at: instantOrNullColumn('at'),
  types: asItIs<readonly string[] | null>('types', 'text[]'),
  masked: asItIs<boolean>('masked', 'boolean'),
  locale: column<string | null>('locale'),
  timeZone: column<string | null>('time_zone'),
  eventLink: column<string | null>('event_link'),
  ttlSeconds: asItIs<number>('ttl_seconds', 'integer'),
  createdAt: wholeMillisColumn<number>('created_at'),
  expiresAt: wholeMillisColumn<number>('expires_at'),
  renewableUntil: wholeMillisColumn<number>('renewable_until'),
  revokedAt: wholeMillisColumn<number | null>('revoked_at'),
  lastSeenAt: millisColumn<number | null>('last_seen_at'),
  requests: countColumn('requests'),
} satisfies RecordColumns<EmbedSession>;

/** What a SELECT from `embed_sessions AS s` reads. */
export const SELECTED_SESSION = selectList(EMBED_SESSION_COLUMNS, 's');

export type EmbedSessionColumns = RowOf<typeof EMBED_SESSION_COLUMNS>;

export const sessionOf = (columns: EmbedSessionColumns): EmbedSession => recordOfRow(EMBED_SESSION_COLUMNS, columns);
