import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ReadDataSource } from '../../platform/postgres/read-data-source.ts';
import { storage, storageWrite } from '../../platform/postgres/storage-errors.ts';
import { singleStatement } from '../../platform/postgres/transactions.ts';
import { MAX_TYPES_SEEN, TypesSeenStore, type TypeSeen } from '../application/types-seen-store.port.ts';

/** Which no event has: the row of it says that the app has had more types than are kept. */
const MORE = '';

/**
 * Those that are there already are left out first, so that they take no room. Of those that do not fit, the first one
 * becomes the row which says that there were more. What an app has is counted once, not for each type: 5,000 types took up
 * to 3.6 s, now 0.1 s.
 */
export const ADD_TYPES = `
  WITH given AS (
    SELECT g.app_id, g.type, g.first_seen_at, row_number() OVER (PARTITION BY g.app_id ORDER BY g.place) AS place
    FROM unnest($1::text[], $2::text[], $3::timestamptz[]) WITH ORDINALITY AS g (app_id, type, first_seen_at, place)
    WHERE NOT EXISTS (SELECT 1 FROM event_types_seen AS s WHERE s.app_id = g.app_id AND s.type = g.type)
  ), apps_given AS (
    SELECT DISTINCT g.app_id FROM given AS g
  ), room AS MATERIALIZED (
    SELECT a.app_id,
      ${MAX_TYPES_SEEN} - (SELECT count(*) FROM event_types_seen AS s WHERE s.app_id = a.app_id AND s.type <> '${MORE}') AS types
    FROM apps_given AS a
  ), chosen AS (
    SELECT g.app_id, CASE WHEN g.place <= greatest(m.types, 0) THEN g.type ELSE '${MORE}' END AS type, g.first_seen_at
    FROM given AS g JOIN room AS m ON m.app_id = g.app_id
    WHERE g.place <= greatest(m.types, 0) + 1
  ), added AS (
    INSERT INTO event_types_seen AS s (app_id, type, first_seen_at)
    SELECT c.app_id, c.type, c.first_seen_at FROM chosen AS c
    ON CONFLICT (app_id, type) DO NOTHING
  )
  SELECT c.app_id FROM chosen AS c WHERE c.type = '${MORE}'`;

const LIST = `
  SELECT s.type, (extract(epoch FROM s.first_seen_at) * 1000)::float8 AS "firstSeenAt" FROM event_types_seen AS s
  WHERE s.app_id = $1 AND s.type > $2 ORDER BY s.type LIMIT $3`;

/** SQL by hand on TypeORM's pool, without repositories: see docs/decisions/0020-what-of-nest-is-used.md. */
@Injectable()
export class TypeormTypesSeenStore extends TypesSeenStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reading: ReadDataSource,
  ) {
    super();
  }

  async add(types: readonly (TypeSeen & { readonly appId: string })[]): Promise<ReadonlySet<string>> {
    const parameters = [
      types.map(({ appId }) => appId),
      types.map(({ type }) => type),
      types.map(({ firstSeenAt }) => new Date(firstSeenAt)),
    ];
    const { rows } = await storageWrite(() => singleStatement(this.dataSource, { sql: ADD_TYPES, parameters }));
    return new Set((rows as { app_id: string }[]).map(({ app_id }) => app_id));
  }

  /** The row of no type comes before all others, and is behind none. */
  async list(appId: string, after: string, limit: number): Promise<readonly TypeSeen[]> {
    const parameters = [appId, after, limit];
    const { rows } = await storage(() => singleStatement(this.reading, { sql: LIST, parameters }));
    return rows as TypeSeen[];
  }

  async hadMore(appId: string): Promise<boolean> {
    const sql = 'SELECT 1 FROM event_types_seen AS s WHERE s.app_id = $1 AND s.type = $2';
    const { rows } = await storage(() => singleStatement(this.reading, { sql, parameters: [appId, MORE] }));
    return rows.length > 0;
  }
}
