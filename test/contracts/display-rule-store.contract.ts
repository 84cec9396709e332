import { beforeEach, describe, expect, it } from '@jest/globals';
import { randomId } from '../../libs/kernel/ids.ts';
import type {
  DisplayRuleStore,
  PresentRule,
  Versions,
} from '../../src/event-types/application/display-rule-store.port.ts';
import type { DisplayRule } from '../../src/event-types/domain/display-rule.ts';
import { bytesOfRules, rulesOf, textsOf } from '../../src/event-types/domain/rule-set.ts';
import { auditEntry, type AuditEntry } from '../../src/platform/audit/audit-entry.ts';
import { ACTOR } from '../support/builders.ts';

interface Opened {
  readonly rules: DisplayRuleStore;
  entriesOf(appId: string): Promise<readonly AuditEntry[]>;
}

const EVERY_FIELD: DisplayRule = {
  title: 'Order {payload.id} \u0000 \ud800 😀 "quoted" \\',
  severity: 'success',
  icon: 'package',
  url: 'https://shop.example/{payload.id}',
  quiet: false,
  hidden: true,
  fields: [
    { label: 'Total', path: 'payload.total', as: 'money(payload.currency)' },
    { label: 'At', path: 'occurredAt' },
  ],
  mask: ['/card/number', ''],
  description: 'For those who read it',
};

/** What every DisplayRuleStore does. */
export function displayRuleStoreContract(open: () => Opened): void {
  describe('as a DisplayRuleStore', () => {
    let opened: Opened;
    let store: DisplayRuleStore;
    let appId: string;

    beforeEach(() => {
      opened = open();
      store = opened.rules;
      appId = randomId();
    });

    const entry = (of = appId) =>
      auditEntry(1_700_000_000_000, { appId: of, actor: ACTOR, action: 'event-types.changed' });
    const put = (pattern: string, rule: DisplayRule | null, of = appId): Promise<Versions | null> =>
      store.changeRule(of, pattern, () => ({ rule, entry: entry(of) }));
    const replace = (rules: Record<string, DisplayRule>): Promise<string | null> =>
      store.replaceRules(appId, () => ({ texts: textsOf(new Map(Object.entries(rules))), entry: entry() }));
    /** What a change of the rule for a pattern would be told. */
    const present = async (pattern = '*'): Promise<PresentRule> => {
      const told: PresentRule[] = [];
      await store.changeRule(appId, pattern, (found) => {
        told.push(found);
        return null;
      });
      return told[0] as PresentRule;
    };

    it('has no rules and no version for an app at first', async () => {
      expect(await store.version(appId)).toBeNull();
      expect(await store.read(appId)).toEqual({ version: null, texts: new Map() });
      expect(await store.find(appId, '*')).toBeNull();
      expect(await present()).toEqual({ rule: null, set: { rules: 0, bytes: 0 } });
      expect(await store.version(appId)).toBeNull();
    });

    it('gives a rule back with all its fields, and one without any', async () => {
      await put('order.*', EVERY_FIELD);
      await put('*', {});
      expect(await store.find(appId, 'order.*')).toEqual(EVERY_FIELD);
      expect(rulesOf((await store.read(appId)).texts)).toEqual(
        new Map([
          ['*', {}],
          ['order.*', EVERY_FIELD],
        ]),
      );
    });

    it('lists rules by their patterns, character by character', async () => {
      for (const pattern of ['order.placed', '*', 'a_b', 'order.*', '__proto__', '1.0', 'a.b']) await put(pattern, {});
      const patterns = [...(await store.read(appId)).texts.keys()];
      expect(patterns).toEqual(['*', '1.0', '__proto__', 'a.b', 'a_b', 'order.*', 'order.placed']);
    });

    it('makes a new version with each change, and tells what is there before it', async () => {
      expect((await put('a', { quiet: true }))?.before).toBeNull();
      const first = await store.version(appId);
      expect(await put('a', { quiet: false })).toEqual({ before: first, after: await store.version(appId) });
      const second = await store.version(appId);
      expect(new Set([null, first, second]).size).toBe(3);
      expect(await store.read(appId)).toEqual({ version: second, texts: textsOf(new Map([['a', { quiet: false }]])) });
      const bytes = bytesOfRules(textsOf(new Map([['a', { quiet: false }]])));
      expect(await present('a')).toEqual({ rule: { quiet: false }, set: { rules: 1, bytes } });
      await put('a', null);
      expect(await store.find(appId, 'a')).toBeNull();
      expect(await present('a')).toEqual({ rule: null, set: { rules: 0, bytes: 0 } });
      expect([null, first, second]).not.toContain(await store.version(appId));
    });

    it('replaces all rules at once, and counts them anew', async () => {
      await put('a', { title: 'a' });
      await put('b', { title: 'b' });
      const version = await replace({ b: { title: 'B' }, c: EVERY_FIELD });
      expect(await store.read(appId)).toEqual({
        version,
        texts: textsOf(
          new Map([
            ['b', { title: 'B' }],
            ['c', EVERY_FIELD],
          ]),
        ),
      });
      const bytes = bytesOfRules((await store.read(appId)).texts);
      expect((await present()).set).toEqual({ rules: 2, bytes });
      await replace({});
      expect((await present()).set).toEqual({ rules: 0, bytes: 0 });
      expect((await store.read(appId)).texts.size).toBe(0);
    });

    it('tells who replaces all rules what there is', async () => {
      await put('a', { title: 'a' });
      const told: unknown[] = [];
      const version = await store.replaceRules(appId, (found) => {
        told.push(found);
        return null;
      });
      expect(told).toEqual([await store.read(appId)]);
      expect(version).toBe(await store.version(appId));
    });

    it('records each change, and neither what changes nothing nor what is refused', async () => {
      await put('a', {});
      await present('a');
      await expect(
        store.changeRule(appId, 'a', () => {
          throw new RangeError('refused');
        }),
      ).rejects.toThrow(RangeError);
      const version = await replace({ b: {} });
      const entries = await opened.entriesOf(appId);
      expect(entries.map(({ action }) => action)).toEqual(['event-types.changed', 'event-types.changed']);
      expect(entries.map(({ id }) => id)).toContain(version);
    });

    it('shows an app nothing of another one', async () => {
      const other = randomId();
      await put('a', { title: 'ours' });
      await put('a', { title: 'theirs' }, other);
      expect(await store.find(appId, 'a')).toEqual({ title: 'ours' });
      await replace({});
      expect(rulesOf((await store.read(other)).texts)).toEqual(new Map([['a', { title: 'theirs' }]]));
    });

    it('decides changes of one app one after the other', async () => {
      const change = (): Promise<unknown> =>
        store.changeRule(appId, 'n', ({ rule }) => ({
          rule: { title: String(Number(rule?.title ?? '0') + 1) },
          entry: entry(),
        }));
      await Promise.all(Array.from({ length: 10 }, change));
      expect(await store.find(appId, 'n')).toEqual({ title: '10' });
    });
  });
}
