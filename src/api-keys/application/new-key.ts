import { randomId } from '../../../libs/kernel/ids.ts';
import { auditEntry, type Actor } from '../../platform/audit/audit-entry.ts';
import { newSecretKey, sha256OfKey, shownPrefix, type ApiKey, type ApiKeyType, type App } from '../domain/api-key.ts';
import type { NewKey } from './api-key-store.port.ts';
import { settingText } from './changed-settings.ts';

/** Limits and scopes of a key; those that are not given are the ones of any key. */
export type KeyLimits = Partial<Pick<ApiKey, 'eventLimits' | 'readLimits' | 'scopes'>>;

interface NewKeySettings extends KeyLimits {
  /** The text of the key. */
  readonly secret: string;
  readonly name: string;
  readonly type: ApiKeyType;
  /** Milliseconds since the Unix epoch; null or left out: never. */
  readonly expiresAt?: number | null;
}

/** Who creates a key, and when, in milliseconds since the Unix epoch. */
export interface Creation {
  readonly actor: Actor;
  readonly at: number;
}

/** A new key, and the entry that tells of it. Of a public key the text is kept: pages have it in their address. */
export function newKey(app: App, { secret, ...settings }: NewKeySettings, { actor, at }: Creation): NewKey {
  const { name, type, expiresAt = null, eventLimits = null, readLimits = null, scopes = null } = settings;
  const key: ApiKey = {
    id: randomId(),
    app,
    name,
    type,
    prefix: shownPrefix(secret, type),
    sha256: sha256OfKey(secret),
    expiresAt,
    revokedAt: null,
    lastUsedAt: null,
    createdAt: at,
    replacedBy: null,
    eventLimits,
    readLimits,
    scopes,
    publicKey: type === 'public' ? secret : null,
  };
  const details = {
    ...{ name, type, expiresAt: settingText(expiresAt) },
    ...{ eventLimits: settingText(eventLimits), readLimits: settingText(readLimits) },
    scopes: settingText(scopes),
  };
  return { key, entry: auditEntry(at, { actor, appId: app.id, action: 'key.created', subject: key.id, details }) };
}

/** The key by which the agent page of an app is opened; every app has one. */
export const newPageKey = (app: App, creation: Creation): NewKey =>
  newKey(app, { name: 'agent page', type: 'public', secret: newSecretKey('public') }, creation);
