import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { columnList, parametersOf, placeholderList } from '../../platform/postgres/record-columns.ts';
import { ReadDataSource } from '../../platform/postgres/read-data-source.ts';
import { storage } from '../../platform/postgres/storage-errors.ts';
import { ApiKeyStore } from '../application/api-key-store.port.ts';
import type { ApiKey, App } from '../domain/api-key.ts';
import {
  API_KEY_COLUMNS,
  apiKeyOf,
  APP_COLUMNS,
  appOf,
  SELECTED_APP,
  SELECTED_KEY,
  type ApiKeyColumns,
  type AppColumns,
} from './api-key-columns.ts';

const INSERT_APP = `
  INSERT INTO apps AS a (created_at, ${columnList(APP_COLUMNS)})
  VALUES (${placeholderList(1 + Object.keys(APP_COLUMNS).length)})
  ON CONFLICT DO NOTHING RETURNING a.id`;

const INSERT_KEY = `
  INSERT INTO api_keys AS k (app_id, ${columnList(API_KEY_COLUMNS)})
  VALUES (${placeholderList(1 + Object.keys(API_KEY_COLUMNS).length)})`;

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

  async findApp(slug: string): Promise<App | null> {
    const [row] = await this.query<AppColumns[]>(`SELECT ${SELECTED_APP} FROM apps AS a WHERE a.slug = $1`, [slug]);
    return row === undefined ? null : appOf(row);
  }

  async listApps(): Promise<App[]> {
    return (await this.query<AppColumns[]>(`SELECT ${SELECTED_APP} FROM apps AS a ORDER BY a.slug`)).map(appOf);
  }

  async addApp(app: App, createdAt: number): Promise<boolean> {
    const inserted = await this.query<unknown[]>(INSERT_APP, [new Date(createdAt), ...parametersOf(APP_COLUMNS, app)]);
    return inserted.length === 1;
  }

  async setAppLimits(app: Pick<App, 'id' | 'eventLimits' | 'readLimits'>): Promise<void> {
    await this.query('UPDATE apps AS a SET event_limits = $2, read_limits = $3 WHERE a.id = $1', [
      app.id,
      APP_COLUMNS.eventLimits.parameterOf(app.eventLimits),
      APP_COLUMNS.readLimits.parameterOf(app.readLimits),
    ]);
  }

  async addKey(key: ApiKey): Promise<void> {
    await this.query(INSERT_KEY, [key.app.id, ...parametersOf(API_KEY_COLUMNS, key)]);
  }

  listKeys(appId: string): Promise<ApiKey[]> {
    return this.keys('k.app_id = $1', appId);
  }

  async revoke(keyId: string, at: number): Promise<boolean> {
    const [, revoked] = await this.query<[unknown, number]>(
      'UPDATE api_keys AS k SET revoked_at = COALESCE(k.revoked_at, $2) WHERE k.id = $1',
      [keyId, new Date(at)],
    );
    return revoked === 1;
  }

  async noteUse(keyId: string, at: number): Promise<void> {
    await this.query(
      'UPDATE api_keys AS k SET last_used_at = $2 WHERE k.id = $1 AND (k.last_used_at IS NULL OR k.last_used_at < $2)',
      [keyId, new Date(at)],
    );
  }

  private async keys(condition: string, parameter: unknown): Promise<ApiKey[]> {
    const sql = `SELECT ${SELECTED_KEY} FROM api_keys AS k JOIN apps AS a ON a.id = k.app_id
       WHERE ${condition} ORDER BY k.created_at, k.id`;
    const rows = await storage(() => this.reading.query<ApiKeyColumns[]>(sql, [parameter]));
    return rows.map(apiKeyOf);
  }

  private query<Result>(sql: string, parameters: unknown[] = []): Promise<Result> {
    return storage(() => this.dataSource.query<Result>(sql, parameters));
  }
}
