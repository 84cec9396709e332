import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AuditEntry } from '../../platform/audit/audit-entry.ts';
import { insertAuditEntry } from '../../platform/postgres/audit-entries.ts';
import { ReadDataSource } from '../../platform/postgres/read-data-source.ts';
import { repeated } from '../../platform/postgres/repeated.ts';
import {
  FOREIGN_KEY_VIOLATION,
  sqlState,
  storage,
  storageWrite,
  UNIQUE_VIOLATION,
} from '../../platform/postgres/storage-errors.ts';
import { pipelinedTransaction, type RunQuery } from '../../platform/postgres/transactions.ts';
import { ApiKeyStore, type AppChange, type KeyChange, type NewKey } from '../application/api-key-store.port.ts';
import type { ApiKey, App } from '../domain/api-key.ts';
import { apiKeyOf, appOf, SELECTED_APP, SELECTED_KEY, type ApiKeyColumns, type AppColumns } from './api-key-columns.ts';
import { deleteApp, insertApp, insertKey, updateApp, updateKey } from './api-key-statements.ts';

const SELECT_KEY = `SELECT ${SELECTED_KEY} FROM api_keys AS k JOIN apps AS a ON a.id = k.app_id`;
const SELECT_APP = `SELECT ${SELECTED_APP} FROM apps AS a`;

const PUBLIC_KEYS_OF_APP = 'k.app_id = $1 AND k.public_key IS NOT NULL';
const keysWhere = (condition: string): string => `${SELECT_KEY} WHERE ${condition} ORDER BY k.created_at, k.id`;

@Injectable()
export class TypeormApiKeyStore extends ApiKeyStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reading: ReadDataSource,
  ) {
    super();
  }

  async findBySha256(sha256: Buffer): Promise<ApiKey | null> {
    const [key] = await this.keys('k.sha256 = $1', sha256);
    return key ?? null;
  }

  async find(keyId: string): Promise<ApiKey | null> {
    const [key] = await this.keys('k.id = $1', keyId);
    return key ?? null;
  }

  async findApp(slug: string): Promise<App | null> {
    const [app] = await this.apps('WHERE a.slug = $1', [slug]);
    return app ?? null;
  }

  listApps(): Promise<App[]> {
    return this.apps('ORDER BY a.slug');
  }

  addApp(app: App, entry: AuditEntry, keys: readonly NewKey[]): Promise<boolean> {
    return this.write(async (run) => {
      const { rowCount } = await run(insertApp(app));
      if (rowCount === 0) return false;
      await run(insertAuditEntry(entry));
      for (const key of keys) await addKey(run, key);
      return true;
    });
  }

  async changeApp(
    slug: string,
    decide: (present: App) => AppChange | null,
  ): Promise<App | 'unknown app' | 'slug taken'> {
    try {
      return await this.write(async (run) => {
        const present = await lockedApp(run, 'a.slug = $1', slug);
        if (present === null) return 'unknown app';
        const change = decide(present);
        if (change === null) return present;
        await run(updateApp(change.app));
        await run(insertAuditEntry(change.entry));
        return change.app;
      });
    } catch (error) {
      if (sqlState(error) === UNIQUE_VIOLATION) return 'slug taken';
      throw error;
    }
  }

  removeApp(appId: string, entry: AuditEntry): Promise<boolean> {
    return this.write(async (run) => {
      if (!(await deleteApp(run, appId))) return false;
      await run(insertAuditEntry(entry));
      return true;
    });
  }

  async addKey(newKey: NewKey): Promise<boolean> {
    try {
      await this.write((run) => addKey(run, newKey));
      return true;
    } catch (error) {
      if (sqlState(error) === FOREIGN_KEY_VIOLATION) return false;
      throw error;
    }
  }

  listKeys(appId: string): Promise<ApiKey[]> {
    return this.keys('k.app_id = $1', appId);
  }

  listPublicKeys(appId: string): Promise<ApiKey[]> {
    return this.keys(PUBLIC_KEYS_OF_APP, appId);
  }

  addPublicKey(
    appId: string,
    decide: (app: App, present: readonly ApiKey[]) => NewKey | null,
  ): Promise<ApiKey[] | null> {
    return this.write(async (run) => {
      const app = await lockedApp(run, 'a.id = $1', appId);
      if (app === null) return null;
      const { rows } = await run({ sql: keysWhere(PUBLIC_KEYS_OF_APP), parameters: [appId] });
      const present = (rows as ApiKeyColumns[]).map(apiKeyOf);
      const added = decide(app, present);
      if (added === null) return present;
      await addKey(run, added);
      return [...present, added.key];
    });
  }

  changeKey(keyId: string, decide: (present: ApiKey) => KeyChange | null): Promise<ApiKey | null> {
    return this.write(async (run) => {
      const { rows } = await run({ sql: `${SELECT_KEY} WHERE k.id = $1 FOR UPDATE OF k`, parameters: [keyId] });
      const [row] = rows as ApiKeyColumns[];
      if (row === undefined) return null;
      const present = apiKeyOf(row);
      const change = decide(present);
      if (change === null) return present;
      await run(updateKey(change.key));
      if (change.newKey !== undefined) await run(insertKey(change.newKey));
      await run(insertAuditEntry(change.entry));
      return change.key;
    });
  }

  async noteUse(keyId: string, at: number): Promise<void> {
    const sql =
      'UPDATE api_keys AS k SET last_used_at = $2 WHERE k.id = $1 AND (k.last_used_at IS NULL OR k.last_used_at < $2)';
    await storage(() => this.dataSource.query(sql, [keyId, new Date(at)]));
  }

  private async apps(condition: string, parameters: unknown[] = []): Promise<App[]> {
    const rows = await storage(() => this.dataSource.query<AppColumns[]>(`${SELECT_APP} ${condition}`, parameters));
    return rows.map(appOf);
  }

  private async keys(condition: string, parameter: unknown): Promise<ApiKey[]> {
    const rows = await storage(() => this.reading.query<ApiKeyColumns[]>(keysWhere(condition), [parameter]));
    return rows.map(apiKeyOf);
  }

  /** One transaction. @throws SERVICE_UNAVAILABLE, also of unknown outcome where a commit got no response. */
  private write<T>(work: (run: RunQuery) => Promise<T>): Promise<T> {
    return storageWrite(() => repeated(() => pipelinedTransaction(this.dataSource, [], (_, run) => work(run))));
  }
}

async function addKey(run: RunQuery, { key, entry }: NewKey): Promise<void> {
  await run(insertKey(key));
  await run(insertAuditEntry(entry));
}

/** Nobody else changes it, or locks it so, until the transaction ends. */
async function lockedApp(run: RunQuery, condition: string, parameter: string): Promise<App | null> {
  const { rows } = await run({ sql: `${SELECT_APP} WHERE ${condition} FOR UPDATE`, parameters: [parameter] });
  const [row] = rows as AppColumns[];
  return row === undefined ? null : appOf(row);
}
