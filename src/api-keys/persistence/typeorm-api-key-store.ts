import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { storage } from '../../platform/postgres/storage-errors.ts';
import { ApiKeyStore } from '../application/api-key-store.port.ts';
import type { ApiKey, ApiKeyType, App } from '../domain/api-key.ts';
import { ApiKeyRow } from './api-key.row.ts';
import { AppRow } from './app.row.ts';

@Injectable()
export class TypeormApiKeyStore extends ApiKeyStore {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async findBySha256(sha256: Buffer): Promise<ApiKey | null> {
    const [key] = await this.keys('k.sha256 = $1', sha256);
    return key ?? null;
  }

  findApp(slug: string): Promise<App | null> {
    return storage(async () => {
      const [row] = await this.dataSource.query<App[]>('SELECT a.id, a.slug, a.name FROM apps AS a WHERE a.slug = $1', [
        slug,
      ]);
      return row ?? null;
    });
  }

  listApps(): Promise<App[]> {
    return storage(() => this.dataSource.query<App[]>('SELECT a.id, a.slug, a.name FROM apps AS a ORDER BY a.slug'));
  }

  addApp(app: App, createdAt: number): Promise<boolean> {
    return storage(async () => {
      const { raw } = await this.dataSource
        .createQueryBuilder()
        .insert()
        .into(AppRow)
        .values({ ...app, createdAt: new Date(createdAt) })
        .orIgnore()
        .returning(['id'])
        .execute();
      return (raw as unknown[]).length === 1;
    });
  }

  async addKey({ app, ...key }: ApiKey): Promise<void> {
    const row = {
      ...key,
      appId: app.id,
      expiresAt: dateOf(key.expiresAt),
      revokedAt: dateOf(key.revokedAt),
      lastUsedAt: dateOf(key.lastUsedAt),
      createdAt: new Date(key.createdAt),
    };
    await storage(() => this.dataSource.manager.insert(ApiKeyRow, row));
  }

  listKeys(appId: string): Promise<ApiKey[]> {
    return this.keys('k.app_id = $1', appId);
  }

  revoke(keyId: string, at: number): Promise<boolean> {
    return storage(async () => {
      const [, revoked] = await this.dataSource.query<[unknown, number]>(
        'UPDATE api_keys AS k SET revoked_at = COALESCE(k.revoked_at, $2) WHERE k.id = $1',
        [keyId, new Date(at)],
      );
      return revoked === 1;
    });
  }

  async noteUse(keyId: string, at: number): Promise<void> {
    await storage(() =>
      this.dataSource.query(
        'UPDATE api_keys AS k SET last_used_at = $2 WHERE k.id = $1 AND (k.last_used_at IS NULL OR k.last_used_at < $2)',
        [keyId, new Date(at)],
      ),
    );
  }

  private keys(condition: string, parameter: unknown): Promise<ApiKey[]> {
    return storage(async () => {
      const rows = await this.dataSource.query<KeyColumns[]>(
        `SELECT ${KEY_COLUMNS} FROM api_keys AS k JOIN apps AS a ON a.id = k.app_id
         WHERE ${condition} ORDER BY k.created_at, k.id`,
        [parameter],
      );
      return rows.map(keyOf);
    });
  }
}

/** Milliseconds as a number: as a Date it would depend on the date style of the database. */
const millis = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

const KEY_COLUMNS = [
  'k.id, k.name, k.type, k.prefix, k.sha256, a.id AS app_id, a.slug AS app_slug, a.name AS app_name',
  `${millis('k.expires_at')} AS expires_at`,
  `${millis('k.revoked_at')} AS revoked_at`,
  `${millis('k.last_used_at')} AS last_used_at`,
  `${millis('k.created_at')} AS created_at`,
].join(', ');

interface KeyColumns {
  readonly id: string;
  readonly name: string;
  readonly type: ApiKeyType;
  readonly prefix: string;
  readonly sha256: Buffer;
  readonly app_id: string;
  readonly app_slug: string;
  readonly app_name: string;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
  readonly last_used_at: number | null;
  readonly created_at: number;
}

function keyOf(columns: KeyColumns): ApiKey {
  return {
    id: columns.id,
    app: { id: columns.app_id, slug: columns.app_slug, name: columns.app_name },
    name: columns.name,
    type: columns.type,
    prefix: columns.prefix,
    sha256: columns.sha256,
    expiresAt: columns.expires_at,
    revokedAt: columns.revoked_at,
    lastUsedAt: columns.last_used_at,
    createdAt: columns.created_at,
  };
}

const dateOf = (millis: number | null): Date | null => (millis === null ? null : new Date(millis));
