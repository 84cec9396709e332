import { columnList, parametersOf, placeholderList } from '../../platform/postgres/record-columns.ts';
import { deleteSessionsOfApp } from '../../platform/postgres/embed-sessions.ts';
import type { Query, RunQuery } from '../../platform/postgres/transactions.ts';
import type { ApiKey, App } from '../domain/api-key.ts';
import { API_KEY_COLUMNS, APP_COLUMNS, CHANGED_OF_APP, CHANGED_OF_KEY } from './api-key-columns.ts';

const INSERT_APP = `
  INSERT INTO apps AS a (${columnList(APP_COLUMNS)})
  VALUES (${placeholderList(Object.keys(APP_COLUMNS).length)})
  ON CONFLICT DO NOTHING`;

const UPDATE_APP = `
  UPDATE apps AS a
  SET (${columnList(APP_COLUMNS, CHANGED_OF_APP)}) = ROW (${placeholderList(CHANGED_OF_APP.length, 2)})
  WHERE a.id = $1`;

const INSERT_KEY = `
  INSERT INTO api_keys AS k (app_id, ${columnList(API_KEY_COLUMNS)})
  VALUES (${placeholderList(1 + Object.keys(API_KEY_COLUMNS).length)})`;

const UPDATE_KEY = `
  UPDATE api_keys AS k
  SET (${columnList(API_KEY_COLUMNS, CHANGED_OF_KEY)}) = ROW (${placeholderList(CHANGED_OF_KEY.length, 2)})
  WHERE k.id = $1`;

/** The owner of a rate is the second and third word of its key: `events app c… 1000/1`, `reads key c… 20/10`. */
const DELETE_RATES = `DELETE FROM rate_limits AS r WHERE split_part(r.key, ' ', 3) = ANY ($1::text[])`;

/** What other slices keep of an app, and not of one of its customers. */
const DELETE_OF_OTHERS = [
  'DELETE FROM purge_runs AS r WHERE r.app_id = $1',
  'DELETE FROM event_type_rules AS r WHERE r.app_id = $1',
  'DELETE FROM event_type_sets AS s WHERE s.app_id = $1',
  'DELETE FROM event_types_seen AS s WHERE s.app_id = $1',
];

/** A slug that is taken inserts nothing. */
export const insertApp = (app: App): Query => ({ sql: INSERT_APP, parameters: parametersOf(APP_COLUMNS, app) });

export const updateApp = (app: App): Query => ({
  sql: UPDATE_APP,
  parameters: [app.id, ...parametersOf(APP_COLUMNS, app, CHANGED_OF_APP)],
});

export const insertKey = (key: ApiKey): Query => ({
  sql: INSERT_KEY,
  parameters: [key.app.id, ...parametersOf(API_KEY_COLUMNS, key)],
});

export const updateKey = (key: ApiKey): Query => ({
  sql: UPDATE_KEY,
  parameters: [key.id, ...parametersOf(API_KEY_COLUMNS, key, CHANGED_OF_KEY)],
});

/**
 * With its keys and embed sessions, what the keys have used of their rates, how far its purge has come, and what is known
 * of its event types. Returns whether there was such an app.
 */
export async function deleteApp(run: RunQuery, appId: string): Promise<boolean> {
  // Keys that are being added wait, and then find no app.
  const { rowCount } = await run({ sql: 'SELECT 1 FROM apps AS a WHERE a.id = $1 FOR UPDATE', parameters: [appId] });
  if (rowCount === 0) return false;
  const { rows } = await run({
    sql: 'DELETE FROM api_keys AS k WHERE k.app_id = $1 RETURNING k.id',
    parameters: [appId],
  });
  await run(deleteSessionsOfApp(appId));
  const owners = [appId, ...(rows as { id: string }[]).map(({ id }) => id)];
  await run({ sql: DELETE_RATES, parameters: [owners] });
  for (const sql of DELETE_OF_OTHERS) await run({ sql, parameters: [appId] });
  await run({ sql: 'DELETE FROM apps AS a WHERE a.id = $1', parameters: [appId] });
  return true;
}
