import { describe, expect, it } from '@jest/globals';
import { parseRetentionRules, type RetentionRules } from '../../../libs/retention/retention-rules.ts';
import { behindMs, dueRun, finishedRun, windowOfPattern, windowsOf, type PurgeRun } from './purge.ts';

const NOW = Date.parse('2026-04-18T12:00:00Z');
const DAY = 86_400_000;
const rules = (text: string): RetentionRules => parseRetentionRules(text) as RetentionRules;
const due = (present: PurgeRun | null, now: number, text = '*=P30D'): PurgeRun | null =>
  dueRun(present, 'app', rules(text), now);
const first = due(null, NOW) as PurgeRun;
const meant = (window: ReturnType<typeof windowsOf>[number]): string[] =>
  window.rules.map(({ text, isMeant }) => `${text} ${isMeant}`);

describe('A run of the purge', () => {
  it('begins with the first rules, and looks through whole histories', () => {
    expect(first).toMatchObject({
      appId: 'app',
      rules: '*=P30D',
      startedAt: NOW,
      since: null,
      after: null,
      deleted: 0,
    });
  });

  it('that has not come to its end goes on, however long that takes', () => {
    const halfway = { ...first, deleted: 5 };
    expect(due(halfway, NOW + 3 * DAY)).toBe(halfway);
  });

  it('follows the one before it after a day, and begins where that one ended', () => {
    const finished = finishedRun(first, NOW + 1_000);
    expect(due(finished, NOW + DAY - 1)).toBeNull();
    const second = due(finished, NOW + DAY) as PurgeRun;
    expect(second).toMatchObject({ startedAt: NOW + DAY, since: NOW, deleted: 0, finishedAt: null, wholeAt: NOW });
    expect(finishedRun(second, NOW + DAY).wholeAt).toBe(NOW);
  });

  it('looks through whole histories again after a week, and at once where the rules were changed', () => {
    const finished = { ...finishedRun(first, NOW), startedAt: NOW + 6 * DAY, since: NOW + 5 * DAY };
    expect(due(finished, NOW + 7 * DAY)).toMatchObject({ since: null });
    expect(due(finishedRun(first, NOW), NOW + 1, '*=P31D')).toMatchObject({
      rules: '*=P31D',
      since: null,
      wholeAt: null,
    });
    expect(due({ ...first, deleted: 5 }, NOW + 1, '*=P31D')).toMatchObject({ rules: '*=P31D', deleted: 0 });
  });

  it('is behind while it has not come to its end, and when the next one has not begun', () => {
    expect(behindMs(first, NOW + 5)).toBe(5);
    const finished = finishedRun(first, NOW + 10);
    expect(behindMs(finished, NOW + DAY)).toBe(0);
    expect(behindMs(finished, NOW + DAY + 7)).toBe(7);
  });

  it('looks at a time of its own for each period, an hour late, and there at the types of that period', () => {
    const run = due(null, NOW, 'page.view=forever,page.*=P30D,order.*=P1Y,a=P30D') as PurgeRun;
    const windows = windowsOf({ ...run, since: NOW - DAY });
    expect(windows.map(({ from, before }) => [from, before])).toEqual([
      ['2025-04-17T11:00:00Z', '2025-04-18T11:00:00Z'],
      ['2026-03-18T11:00:00Z', '2026-03-19T11:00:00Z'],
    ]);
    expect(windows.map(meant)).toEqual([
      ['page.view false', 'order. true', 'page. false', 'a false'],
      ['page.view false', 'order. false', 'page. true', 'a true'],
    ]);
    expect(windowsOf(run).map(({ from }) => from)).toEqual([null, null]);
  });

  it('leaves no time between it and the next one, whatever the lengths of months', () => {
    let run = due(null, Date.parse('2027-01-01T00:00:00Z'), '*=P1M') as PurgeRun;
    for (let day = 0; day < 800; day++) {
      const next: PurgeRun = { ...run, since: run.startedAt, startedAt: run.startedAt + DAY + 1_000 };
      expect(windowsOf(next)[0]?.from).toBe(windowsOf(run)[0]?.before);
      run = next;
    }
  });

  it('of one pattern is what an operator asks for: at this moment, and nothing where it is kept for ever', () => {
    const all = rules('page.view=forever,page.*=P30D');
    const window = windowOfPattern(all, 'page.*', NOW);
    expect(window).toMatchObject({ from: null, before: '2026-03-19T12:00:00Z' });
    expect(window === null ? [] : meant(window)).toEqual(['page.view false', 'page. true']);
    expect(windowOfPattern(all, 'page.view', NOW)).toBeNull();
    expect(windowOfPattern(all, '*', NOW)).toBeNull();
  });
});
