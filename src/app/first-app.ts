import type { KeyAdministration } from '../api-keys/application/key-administration.ts';
import { keyState, type ApiKey } from '../api-keys/domain/api-key.ts';
import type { Config } from '../config.ts';
import type { Actor } from '../platform/audit/audit-entry.ts';

/** In whose name the first start creates what an empty installation needs. */
export const FIRST_START: Actor = { kind: 'operator', id: 'first start', requestId: null };

export interface FirstAppOutcome {
  /** False: nothing was changed, and the message says why the settings have no effect. */
  readonly created: boolean;
  /** Names no key. */
  readonly message: string;
}

/**
 * Creates the app of INIT_APP, with INIT_KEY as its key, where there is no app yet. Any number of instances may do so at
 * once: one of them does it. An installation that has apps is not changed.
 *
 * @returns null where there is nothing to tell: nothing is set, or all of it is there.
 */
export async function createFirstApp(
  administration: KeyAdministration,
  { initApp, initKey }: Pick<Config, 'initApp' | 'initKey'>,
): Promise<FirstAppOutcome | null> {
  if (initApp === undefined) return null;
  const { slug, name } = initApp;
  const isEmpty = (await administration.listApps()).length === 0;
  if (isEmpty && (await administration.as(FIRST_START).createAppWithKey(slug, name, initKey ?? null))) {
    const withKey = initKey === undefined ? '' : ', and INIT_KEY is its key';
    return { created: true, message: `the app "${slug}" of INIT_APP was created${withKey}` };
  }
  const problem = await problemOf(administration, slug, initKey);
  return problem === undefined ? null : { created: false, message: problem };
}

/** Why what is set does not work; undefined: it does. */
async function problemOf(
  administration: KeyAdministration,
  slug: string,
  initKey: string | undefined,
): Promise<string | undefined> {
  const app = (await administration.listApps()).find((other) => other.slug === slug);
  if (app === undefined)
    return `the app "${slug}" of INIT_APP was not created, because there are other apps already; create it with "apps create"`;
  if (initKey === undefined) return undefined;
  const key = await administration.findKey(initKey);
  if (key === null)
    return `INIT_KEY was not created, because the app "${slug}" is there already; create a key with "keys create"`;
  return keyProblem(key, slug);
}

function keyProblem(key: ApiKey, slug: string): string | undefined {
  if (key.app.slug !== slug) return `INIT_KEY is a key of the app "${key.app.slug}", and not of "${slug}"`;
  const state = keyState(key, Date.now());
  if (state === 'revoked' || state === 'expired') return `INIT_KEY is ${state}; create a key with "keys create"`;
  return undefined;
}
