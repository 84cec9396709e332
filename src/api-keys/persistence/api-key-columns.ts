import type { AllFields } from '../../../libs/kernel/all-fields.ts';
import { formatRateWindows, parseRateWindows, type RateWindow } from '../../../libs/kernel/rate-window.ts';
import {
  formatRetentionRules,
  KEEP_ALL,
  parseRetentionRules,
  type RetentionRules,
} from '../../../libs/retention/retention-rules.ts';
import { SCOPES, type Scopes } from '../../platform/access/scopes.ts';
import {
  bytesColumn,
  column,
  fieldsWithout,
  millisColumn,
  recordOfRow,
  selectList,
  type Column,
  type RecordColumns,
  type RowOf,
} from '../../platform/postgres/record-columns.ts';
import type { ApiKey, ApiKeyType, App } from '../domain/api-key.ts';
import { isEmbedOrigin } from '../domain/embed-origins.ts';

/** Limits as a text; null where nothing is set, or where it was set by hand to what cannot be read. */
const limitsColumn = (name: string): Column<readonly RateWindow[] | null, string | null> => ({
  name,
  type: 'text',
  read: (limits) => limits,
  parameterOf: (windows) => (windows === null ? null : formatRateWindows(windows)),
  valueOfRow: (stored) => (stored === null ? null : parseRateWindows(stored)),
});

/** What was set by hand to names that are no scopes allows nothing. */
const scopesColumn = (name: string): Column<Scopes, readonly string[] | null> => ({
  name,
  type: 'text[]',
  read: (scopes) => scopes,
  parameterOf: (scopes) => scopes,
  valueOfRow: (stored) => stored && SCOPES.filter((scope) => stored.includes(scope)),
});

/** NULL for none. What was set by hand to what is no origin is left out: they go into a header. */
const originsColumn = (name: string): Column<readonly string[], readonly string[] | null> => ({
  name,
  type: 'text[]',
  read: (origins) => origins,
  parameterOf: (origins) => (origins.length === 0 ? null : origins),
  valueOfRow: (stored) => (stored ?? []).filter(isEmbedOrigin),
});

/** As a text; NULL for no rules. What was set by hand to what cannot be read deletes nothing. */
const retentionColumn = (name: string): Column<RetentionRules, string | null> => ({
  name,
  type: 'text',
  read: (rules) => rules,
  parameterOf: (rules) => (rules.length === 0 ? null : formatRetentionRules(rules)),
  valueOfRow: (stored) => (stored === null ? KEEP_ALL : (parseRetentionRules(stored) ?? KEEP_ALL)),
});

/** Each field of an app, and the column of `apps` that holds it. */
export const APP_COLUMNS = {
  id: column('id'),
  slug: column('slug'),
  name: column('name'),
  eventLimits: limitsColumn('event_limits'),
  readLimits: limitsColumn('read_limits'),
  retention: retentionColumn('retention'),
  createdAt: millisColumn('created_at'),
  suspendedAt: millisColumn<number | null>('suspended_at'),
  deletionStartedAt: millisColumn<number | null>('deletion_started_at'),
  embedOrigins: originsColumn('embed_origins'),
} satisfies RecordColumns<App>;

/** What of an app can change. */
export const CHANGED_OF_APP = fieldsWithout(APP_COLUMNS, 'id', 'createdAt');

/** Each field of a key, and the column of `api_keys` that holds it. Of its app, that is `app_id`. */
export const API_KEY_COLUMNS = {
  id: column('id'),
  name: column('name'),
  type: column<ApiKeyType>('type'),
  prefix: column('prefix'),
  sha256: bytesColumn('sha256'),
  expiresAt: millisColumn<number | null>('expires_at'),
  revokedAt: millisColumn<number | null>('revoked_at'),
  lastUsedAt: millisColumn<number | null>('last_used_at'),
  createdAt: millisColumn('created_at'),
  replacedBy: column<string | null>('replaced_by'),
  eventLimits: limitsColumn('event_limits'),
  readLimits: limitsColumn('read_limits'),
  scopes: scopesColumn('scopes'),
  publicKey: column<string | null>('public_key'),
} satisfies RecordColumns<Omit<ApiKey, 'app'>>;

/** What of a key can change by a decision; `lastUsedAt` is noted beside it. */
export const CHANGED_OF_KEY = fieldsWithout(
  API_KEY_COLUMNS,
  'id',
  'type',
  'prefix',
  'sha256',
  'publicKey',
  'createdAt',
  'lastUsedAt',
);

/** What a SELECT from `apps AS a` reads. */
export const SELECTED_APP = selectList(APP_COLUMNS, 'a');

const APP_PREFIX = 'app.';

/** What a SELECT from `api_keys AS k` and its `apps AS a` reads. */
export const SELECTED_KEY = [
  selectList(API_KEY_COLUMNS, 'k'),
  selectList(APP_COLUMNS, 'a', undefined, APP_PREFIX),
].join(', ');

export type AppColumns = RowOf<typeof APP_COLUMNS>;
export type ApiKeyColumns = RowOf<typeof API_KEY_COLUMNS> & RowOf<typeof APP_COLUMNS, typeof APP_PREFIX>;

export const appOf = (columns: AppColumns): AllFields<App> => recordOfRow(APP_COLUMNS, columns);

export const apiKeyOf = (columns: ApiKeyColumns): AllFields<ApiKey> => ({
  ...recordOfRow(API_KEY_COLUMNS, columns),
  app: recordOfRow(APP_COLUMNS, columns, APP_PREFIX),
});
