import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { compileRules, type CompiledRules } from '../domain/compiled-rules.ts';
import { bytesOfRules, withText, type RuleSet } from '../domain/rule-set.ts';
import { DisplayRuleStore, type Versions } from './display-rule-store.port.ts';

/** For so long it is not asked again whether an app's rules have changed. */
const FRESH_MS = 5_000;
const MAX_APPS = 10_000;
/** Of the text of all rules that are held; compiled they take several times as much. */
const MAX_BYTES = 33_554_432;
/** What an app takes that has no rules. */
const OVERHEAD_BYTES = 500;

/** The rules of an app, for those who list them and for those who display events. */
export interface AppRules {
  readonly set: RuleSet;
  readonly compiled: CompiledRules;
}

interface Known extends AppRules {
  /** Of the text of all rules. */
  readonly bytes: number;
  /** By the monotonic clock, in milliseconds: when it was asked for, so that no change since then counts as seen. */
  readonly askedAt: number;
}

/**
 * The display rules of apps, as all reading uses them: compiled once for each version, and asked for at most every five
 * seconds. A change that this instance makes is seen by it at once.
 */
@Injectable()
export class DisplayRules {
  private readonly known = new LRUCache<string, Known>({
    max: MAX_APPS,
    maxSize: MAX_BYTES,
    sizeCalculation: ({ bytes }) => OVERHEAD_BYTES + bytes,
  });
  private readonly asked = new Map<string, Promise<Known>>();

  constructor(private readonly store: DisplayRuleStore) {}

  /** @throws SERVICE_UNAVAILABLE */
  async of(appId: string): Promise<CompiledRules> {
    const known = this.known.get(appId);
    if (known !== undefined && performance.now() - known.askedAt < FRESH_MS) return known.compiled;
    return (await (this.asked.get(appId) ?? this.ask(appId, known))).compiled;
  }

  /** As they are now, whoever has changed them: read anew only where they have another version. @throws SERVICE_UNAVAILABLE */
  current(appId: string): Promise<AppRules> {
    return this.ask(appId, this.known.get(appId));
  }

  /**
   * A rule was changed here: what is asked for from now on sees the change. All rules of the app are not read anew for it, or an
   * app with many could keep the service busy by changing one again and again.
   *
   * @param text of the rule; null: it has gone.
   */
  changed(appId: string, pattern: string, text: string | null, { before, after }: Versions): void {
    const known = this.known.get(appId);
    this.askAgain(appId);
    if (known === undefined || known.set.version !== before) return;
    const texts = withText(known.set.texts, pattern, text);
    this.known.set(appId, knownRules({ version: after, texts }, known.askedAt));
  }

  /** The rules of an app were changed here, or seen as somebody else has changed them: what is asked for from now on sees that. */
  askAgain(appId: string): void {
    const known = this.known.get(appId);
    if (known !== undefined) this.known.set(appId, { ...known, askedAt: -Infinity });
    this.asked.delete(appId);
  }

  private ask(appId: string, before: Known | undefined): Promise<Known> {
    const asked = this.read(appId, before);
    this.asked.set(appId, asked);
    // Where they were changed meanwhile, another question may be under way: what this one finds is not kept.
    const isLatest = (): boolean => this.asked.get(appId) === asked;
    asked
      .then((known) => isLatest() && this.known.set(appId, known))
      .catch(() => {})
      .finally(() => isLatest() && this.asked.delete(appId));
    return asked;
  }

  private async read(appId: string, before: Known | undefined): Promise<Known> {
    const askedAt = performance.now();
    if (before !== undefined && (await this.store.version(appId)) === before.set.version) return { ...before, askedAt };
    const set = await this.store.read(appId);
    return knownRules(set, askedAt);
  }
}

const knownRules = (set: RuleSet, askedAt: number): Known => ({
  set,
  compiled: compileRules(set.texts),
  bytes: bytesOfRules(set.texts),
  askedAt,
});
