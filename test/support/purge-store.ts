import type { DataSource } from 'typeorm';
import { TypeormPurgeStore } from '../../src/customer-events/persistence/typeorm-purge-store.ts';

/**
 * A store of which one statement alone may go to all shards of a distributed database: the one that goes through the
 * customers of an app.
 *
 * @param wide of an `unfenced` URL.
 */
export function purgeStore(dataSource: DataSource, wide: DataSource): TypeormPurgeStore {
  const store = new TypeormPurgeStore(dataSource, dataSource);
  const walking = new TypeormPurgeStore(wide, wide);
  store.customersAfter = (appId, after) => walking.customersAfter(appId, after);
  return store;
}
