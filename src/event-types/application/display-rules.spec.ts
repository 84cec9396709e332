import { beforeEach, describe, expect, it } from '@jest/globals';
import { InMemoryDisplayRuleStore } from '../../../test/fakes/in-memory-display-rule-store.ts';
import { ACTOR } from '../../../test/support/builders.ts';
import { auditEntry } from '../../platform/audit/audit-entry.ts';
import type { DisplayRule } from '../domain/display-rule.ts';
import { ruleText, textsOf } from '../domain/rule-set.ts';
import { DisplayRules } from './display-rules.ts';
import type { Versions } from './display-rule-store.port.ts';

const APP = 'app';
const entry = () => auditEntry(0, { appId: APP, actor: ACTOR, action: 'event-types.changed' });

class CountedStore extends InMemoryDisplayRuleStore {
  reads = 0;

  override read(appId: string) {
    this.reads++;
    return super.read(appId);
  }
}

describe('DisplayRules', () => {
  let store: CountedStore;
  let rules: DisplayRules;

  /** A change by somebody else, of which this instance is not told. */
  const change = async (pattern: string, rule: DisplayRule | null): Promise<Versions> =>
    (await store.changeRule(APP, pattern, () => ({ rule, entry: entry() }))) as Versions;
  /** A change by this instance. */
  const changeHere = async (pattern: string, rule: DisplayRule | null): Promise<void> =>
    rules.changed(APP, pattern, rule === null ? null : ruleText(rule), await change(pattern, rule));
  const titleOf = async (type: string) => (await rules.of(APP)).effective(type).title;
  const patterns = async () => [...(await rules.current(APP)).set.texts.keys()];

  beforeEach(async () => {
    store = new CountedStore();
    rules = new DisplayRules(store);
    const first = new Map([
      ['b', { title: 'B' }],
      ['d', { title: 'D' }],
    ]);
    await store.replaceRules(APP, () => ({ texts: textsOf(first), entry: entry() }));
    expect(await titleOf('b')).toBe('B');
  });

  it('see a change that is made here at once, and do not read all rules anew for it', async () => {
    await changeHere('b', { title: 'B2' });
    expect(await titleOf('b')).toBe('B2');
    await changeHere('c', { title: 'C' });
    expect(await titleOf('c')).toBe('C');
    await changeHere('d', null);
    expect(await titleOf('d')).toBeUndefined();
    expect(await patterns()).toEqual(['b', 'c']);
    expect(await rules.current(APP)).toMatchObject({ set: await store.read(APP) });
    expect(store.reads).toBe(2);
  });

  it('are read anew where somebody else has changed another one before that', async () => {
    await change('d', { title: 'D2' });
    await changeHere('b', { title: 'B2' });
    expect([await titleOf('b'), await titleOf('d')]).toEqual(['B2', 'D2']);
  });

  it('are as they are now for those who ask for that, and are read anew only where they have another version', async () => {
    await rules.current(APP);
    expect(store.reads).toBe(1);
    await change('b', { title: 'B2' });
    expect(await titleOf('b')).toBe('B');
    expect((await rules.current(APP)).compiled.effective('b').title).toBe('B2');
    expect(await titleOf('b')).toBe('B2');
    expect(store.reads).toBe(2);
  });

  it('see at once what somebody else has changed where this instance was told of it', async () => {
    await change('b', { title: 'B2' });
    rules.askAgain(APP);
    expect(await titleOf('b')).toBe('B2');
    rules.askAgain(APP);
    expect(await titleOf('b')).toBe('B2');
    expect(store.reads).toBe(2);
  });

  it('are not kept where they were asked for before a change that is made here', async () => {
    await change('d', { title: 'D2' });
    const asked = rules.current(APP);
    await changeHere('b', { title: 'B2' });
    await asked;
    expect([await titleOf('b'), await titleOf('d')]).toEqual(['B2', 'D2']);
  });
});
