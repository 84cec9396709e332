import { Injectable } from '@nestjs/common';
import { DataSource, type FindOptionsWhere } from 'typeorm';
import { storage } from '../../persistence/storage-errors.ts';
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
    const [key] = await this.keys({ sha256 });
    return key ?? null;
  }

  findApp(slug: string): Promise<App | null> {
    return storage(async () => {
      const row = await this.dataSource.manager.findOneBy(AppRow, { slug });
      return row === null ? null : appOf(row);
    });
  }

  listApps(): Promise<App[]> {
    return storage(async () => (await this.dataSource.manager.find(AppRow, { order: { slug: 'ASC' } })).map(appOf));
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
    return this.keys({ appId });
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

  private keys(where: FindOptionsWhere<ApiKeyRow>): Promise<ApiKey[]> {
    return storage(async () => {
      const rows = await this.dataSource.manager.find(ApiKeyRow, { where, order: { createdAt: 'ASC', id: 'ASC' } });
      const [first] = rows;
      if (first === undefined) return [];
      const app = appOf(await this.dataSource.manager.findOneByOrFail(AppRow, { id: first.appId }));
      return rows.map((row) => keyOf(row, app));
    });
  }
}

const appOf = ({ id, slug, name }: AppRow): App => ({ id, slug, name });

function keyOf(row: ApiKeyRow, app: App): ApiKey {
  return {
    id: row.id,
    app,
    name: row.name,
    type: row.type as ApiKeyType,
    prefix: row.prefix,
    sha256: row.sha256,
    expiresAt: row.expiresAt?.getTime() ?? null,
    revokedAt: row.revokedAt?.getTime() ?? null,
    lastUsedAt: row.lastUsedAt?.getTime() ?? null,
    createdAt: row.createdAt.getTime(),
  };
}

const dateOf = (millis: number | null): Date | null => (millis === null ? null : new Date(millis));
