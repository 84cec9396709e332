import { Injectable } from '@nestjs/common';
import { Clock } from '../../../libs/kernel/clock.ts';
import { ErasureKeys, type ErasedId, type KeptErasedId } from '../domain/erasure-keys.ts';
import { ErasedIdStore } from './erased-id-store.port.ts';

/** Some milliseconds of work each, so that nobody waits for them. */
const IDS_AT_ONCE = 1_000;
const DAY_MS = 86_400_000;

/** Erased ids were kept with a secret that is not among those given; the message names it and says what to do. */
export class ErasureSecretMissing extends Error {
  constructor(missing: readonly string[]) {
    super(
      `ERASURE_SECRET lacks a secret by which erased ids of this database may be kept (${missing.join(', ')}), and events ` +
        'that were erased would be stored again. Set the one that the other instances have, with commas between ' +
        'several. If it is lost: DELETE FROM erasure_secrets WHERE id = …, see docs/erasure.md.',
    );
    this.name = 'ErasureSecretMissing';
  }
}

/** What stays of erased ids, and for how long. */
@Injectable()
export class ErasedIds {
  constructor(
    private readonly store: ErasedIdStore,
    private readonly keys: ErasureKeys,
    private readonly clock: Clock,
  ) {}

  /** Whether what is kept from now on can be known by who has only the database. */
  get isUnkeyed(): boolean {
    return this.keys.secretIds.length === 0;
  }

  /** To be called before anything is stored or erased. @throws {ErasureSecretMissing} */
  async requireSecrets(): Promise<void> {
    const registered = await this.store.registeredSecrets();
    const missing = registered.filter((id) => !this.keys.secretIds.includes(id));
    if (missing.length > 0) throw new ErasureSecretMissing(missing);
  }

  /** Notes that the first secret is in use: to be called before it is used, and once an hour, or it may be forgotten. */
  async noteUse(): Promise<void> {
    const [first] = this.keys.secretIds;
    if (first !== undefined) await this.store.registerSecret(first, this.clock.now());
  }

  /**
   * Replaces what was kept without a secret, where there is one now.
   *
   * @param goOn asked before each part.
   * @returns how many were replaced.
   */
  async replaceUnkeyed(goOn: () => boolean): Promise<number> {
    if (this.isUnkeyed) return 0;
    return inParts(goOn, () => this.store.replaceUnkeyed(IDS_AT_ONCE, (unkeyed) => this.keys.byFirst(unkeyed)));
  }

  /**
   * Deletes what was erased before a time, and forgets secrets by which nothing is kept any more.
   *
   * @param at milliseconds since the Unix epoch.
   * @param goOn asked before each part.
   * @returns how many were deleted.
   */
  async deleteErasedBefore(at: number, goOn: () => boolean): Promise<number> {
    const deleted = await inParts(goOn, () => this.store.deleteErasedBefore(at, IDS_AT_ONCE));
    await this.store.forgetSecretsUnusedSince(this.clock.now() - DAY_MS);
    return deleted;
  }

  /** All that is kept. */
  async *all(): AsyncGenerator<KeptErasedId> {
    for (let after: ErasedId | null = null; ;) {
      const part: KeptErasedId[] = await this.store.list(IDS_AT_ONCE, after);
      yield* part;
      if (part.length < IDS_AT_ONCE) return;
      after = part.at(-1) ?? null;
    }
  }
}

async function inParts(goOn: () => boolean, work: () => Promise<number>): Promise<number> {
  let all = 0;
  while (goOn()) {
    const done = await work();
    if (done === 0) break;
    all += done;
  }
  return all;
}
