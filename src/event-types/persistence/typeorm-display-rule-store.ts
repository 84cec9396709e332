import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AuditEntry } from '../../platform/audit/audit-entry.ts';
import { insertAuditEntry } from '../../platform/postgres/audit-entries.ts';
import { ReadDataSource } from '../../platform/postgres/read-data-source.ts';
import { repeated } from '../../platform/postgres/repeated.ts';
import { storage, storageWrite } from '../../platform/postgres/storage-errors.ts';
import {
  pipelinedTransaction,
  singleStatement,
  type Query,
  type RunStatement,
} from '../../platform/postgres/transactions.ts';
import {
  DisplayRuleStore,
  type PresentRule,
  type RuleChange,
  type SetChange,
  type Versions,
} from '../application/display-rule-store.port.ts';
import type { DisplayRule } from '../domain/display-rule.ts';
import { bytesOfRules, ruleBytes, ruleOfText, ruleText, type RuleSet, type RuleTexts } from '../domain/rule-set.ts';

interface SetColumns {
  readonly version: string | null;
  readonly rules: number;
  readonly bytes: number;
}

interface RuleColumns {
  readonly pattern: string;
  readonly rule: string;
}

const RULE_COLUMNS = 'r.pattern, r.rule::text AS rule';

/** So that there is a row to lock. */
const addSet = (appId: string): Query => ({
  sql: `
    INSERT INTO event_type_sets AS s (app_id, version, rules, bytes) VALUES ($1, NULL, 0, 0)
    ON CONFLICT (app_id) DO NOTHING`,
  parameters: [appId],
});

/** Whoever else changes a rule of this app waits, and then sees what was changed. */
const lockSet = (appId: string): Query => ({
  sql: 'SELECT s.version, s.rules, s.bytes FROM event_type_sets AS s WHERE s.app_id = $1 FOR UPDATE',
  parameters: [appId],
});

const selectRule = (appId: string, pattern: string): Query => ({
  sql: `SELECT ${RULE_COLUMNS} FROM event_type_rules AS r WHERE r.app_id = $1 AND r.pattern = $2`,
  parameters: [appId, pattern],
});

const selectRules = (appId: string): Query => ({
  sql: `SELECT ${RULE_COLUMNS} FROM event_type_rules AS r WHERE r.app_id = $1 ORDER BY r.pattern`,
  parameters: [appId],
});

/** The version and the rules in one statement, so that they belong together. */
const selectSet = (appId: string): Query => ({
  sql: `
    SELECT s.version, ${RULE_COLUMNS} FROM event_type_sets AS s LEFT JOIN event_type_rules AS r ON r.app_id = s.app_id
    WHERE s.app_id = $1 ORDER BY r.pattern`,
  parameters: [appId],
});

/** SQL by hand on TypeORM's pool, without repositories: see docs/decisions/0020-what-of-nest-is-used.md. */
@Injectable()
export class TypeormDisplayRuleStore extends DisplayRuleStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reading: ReadDataSource,
  ) {
    super();
  }

  async version(appId: string): Promise<string | null> {
    const sql = 'SELECT s.version FROM event_type_sets AS s WHERE s.app_id = $1';
    const { rows } = await storage(() => singleStatement(this.reading, { sql, parameters: [appId] }));
    return (rows as Pick<SetColumns, 'version'>[])[0]?.version ?? null;
  }

  async read(appId: string): Promise<RuleSet> {
    const { rows } = await storage(() => singleStatement(this.reading, selectSet(appId)));
    const all = rows as (Pick<SetColumns, 'version'> & (RuleColumns | { readonly pattern: null }))[];
    // An app without rules has one row, or none.
    return { version: all[0]?.version ?? null, texts: textsOfRows(all.filter((row) => row.pattern !== null)) };
  }

  async find(appId: string, pattern: string): Promise<DisplayRule | null> {
    const { rows } = await storage(() => singleStatement(this.reading, selectRule(appId, pattern)));
    const text = textsOfRows(rows as RuleColumns[]).get(pattern);
    return text === undefined ? null : ruleOfText(text);
  }

  changeRule(
    appId: string,
    pattern: string,
    decide: (present: PresentRule) => RuleChange | null,
  ): Promise<Versions | null> {
    return this.locked(appId, selectRule(appId, pattern), async (set, present, run) => {
      const text = present.get(pattern) ?? null;
      const rule = text === null ? null : ruleOfText(text);
      const change = decide({ rule, set: { rules: set.rules, bytes: set.bytes } });
      if (change === null) return null;
      const changed = change.rule === null ? null : ruleText(change.rule);
      await run(putRule(appId, pattern, changed, change.entry.at));
      const rules = set.rules + sign(changed) - sign(text);
      const bytes = set.bytes + bytesOf(pattern, changed) - bytesOf(pattern, text);
      await finish(run, appId, { rules, bytes }, change.entry);
      return { before: set.version, after: change.entry.id };
    });
  }

  replaceRules(appId: string, decide: (present: RuleSet) => SetChange | null): Promise<string | null> {
    return this.locked(appId, selectRules(appId), async ({ version }, present, run) => {
      const change = decide({ version, texts: present });
      if (change === null) return version;
      const { texts, entry } = change;
      await run({ sql: 'DELETE FROM event_type_rules AS r WHERE r.app_id = $1', parameters: [appId] });
      const all = [...texts];
      for (let at = 0; at < all.length; at += RULES_AT_ONCE)
        await run(insertRules(appId, all.slice(at, at + RULES_AT_ONCE), entry.at));
      await finish(run, appId, { rules: texts.size, bytes: bytesOfRules(texts) }, entry);
      return entry.id;
    });
  }

  /** @param select the rules that are changed. */
  private locked<T>(
    appId: string,
    select: Query,
    work: (set: SetColumns, present: RuleTexts, run: RunStatement) => Promise<T>,
  ): Promise<T> {
    const statements = [addSet(appId), lockSet(appId), select];
    return storageWrite(() =>
      repeated(() =>
        pipelinedTransaction(this.dataSource, statements, ([, set, present], run) =>
          work(set?.rows[0] as SetColumns, textsOfRows(present?.rows as RuleColumns[]), run),
        ),
      ),
    );
  }
}

const textsOfRows = (rows: readonly RuleColumns[]): RuleTexts =>
  new Map(rows.map(({ pattern, rule }) => [pattern, rule]));

const sign = (text: string | null): number => (text === null ? 0 : 1);
const bytesOf = (pattern: string, text: string | null): number => (text === null ? 0 : ruleBytes(pattern, text));

function putRule(appId: string, pattern: string, text: string | null, at: number): Query {
  if (text === null) {
    return {
      sql: 'DELETE FROM event_type_rules AS r WHERE r.app_id = $1 AND r.pattern = $2',
      parameters: [appId, pattern],
    };
  }
  return {
    sql: `
      INSERT INTO event_type_rules AS r (app_id, pattern, rule, changed_at) VALUES ($1, $2, $3, $4)
      ON CONFLICT (app_id, pattern) DO UPDATE SET rule = excluded.rule, changed_at = excluded.changed_at`,
    parameters: [appId, pattern, text, new Date(at)],
  };
}

/** The driver writes all parameters of a statement in one go: 5,000 rules would keep everybody else waiting. */
const RULES_AT_ONCE = 500;

const insertRules = (appId: string, texts: readonly (readonly [string, string])[], at: number): Query => ({
  sql: `
    INSERT INTO event_type_rules AS r (app_id, pattern, rule, changed_at)
    SELECT $1, g.pattern, g.rule, $4 FROM unnest($2::text[], $3::json[]) AS g (pattern, rule)`,
  parameters: [appId, texts.map(([pattern]) => pattern), texts.map(([, text]) => text), new Date(at)],
});

/** What is kept of the set as a whole, and in the audit trail. */
async function finish(
  run: RunStatement,
  appId: string,
  { rules, bytes }: { readonly rules: number; readonly bytes: number },
  entry: AuditEntry,
): Promise<void> {
  await run({
    sql: 'UPDATE event_type_sets AS s SET version = $2, rules = $3, bytes = $4 WHERE s.app_id = $1',
    parameters: [appId, entry.id, rules, bytes],
  });
  await run(insertAuditEntry(entry));
}
