import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { isInstalled, shippedRules } from '../drills/support/prometheus.ts';

interface UnitTest {
  readonly alert_rule_test: readonly { alertname: string; exp_alerts?: readonly unknown[] }[];
}

/** A metric with its labels. */
const SELECTOR = /\b[a-z_0-9]+\{([^}]*)\}/g;

const rules = shippedRules();
const names = rules.map(({ alert }) => alert);
/** Where Prometheus is installed, as in CI, its own tool judges; the rest is checked on any machine. */
const withPromtool = isInstalled('promtool') ? it : it.skip;

describe('The alert rules', () => {
  it('say each what has happened, what to do, and whether somebody is to be woken', () => {
    for (const rule of rules) {
      expect(rule).toMatchObject({
        alert: expect.stringMatching(/^CustomerEvents[A-Z]/),
        expr: expect.any(String),
        labels: { severity: expect.stringMatching(/^(page|ticket)$/) },
      });
      expect(rule.annotations).toEqual({ summary: expect.any(String), action: expect.any(String) });
    }
    expect(new Set(names).size).toBe(names.length);
  });

  it('ask in every place for the job that the shipped configuration sets', () => {
    const { scrape_configs: jobs } = parse(readFileSync('ops/prometheus.yaml', 'utf8')) as {
      scrape_configs: { job_name: string }[];
    };
    expect(jobs).toHaveLength(1);
    for (const { expr } of rules) {
      const selectors = [...expr.matchAll(SELECTOR)];
      for (const [, labels] of selectors) expect(labels).toContain(`job="${jobs[0]?.job_name}"`);
      // No metric is asked for without labels: what is left are functions and words of the language.
      expect(expr.replace(SELECTOR, '').match(/\b[a-z]+_\w+\b(?!\s*\()/g)).toBeNull();
      expect(selectors).not.toEqual([]);
    }
  });

  it('leave probes and scrapes out of every ratio of requests', () => {
    const ofRequests = rules.filter(({ expr }) => expr.includes(' / ') && expr.includes('http_requests_total'));
    expect(ofRequests).not.toEqual([]);
    for (const { expr } of ofRequests) {
      for (const [, labels] of expr.matchAll(/http_requests_total\{([^}]*)\}/g)) {
        expect(labels).toContain('route!~"/health/.*|/metrics"');
      }
    }
  });

  it('have a unit test each, in which they are silent before their time, fire, and resolve', () => {
    const { tests } = parse(readFileSync('ops/prometheus-alerts.test.yaml', 'utf8')) as { tests: UnitTest[] };
    for (const name of names) {
      const fires = tests.map(({ alert_rule_test: checks }) =>
        checks.filter(({ alertname }) => alertname === name).map(({ exp_alerts: alerts = [] }) => alerts.length > 0),
      );
      expect({ name, fires }).toEqual({ name, fires: expect.arrayContaining([[false, true, false]]) });
    }
  });

  it('stand each in docs/alerts.md, with what to do', () => {
    const documented = [...readFileSync('docs/alerts.md', 'utf8').matchAll(/^\| `(CustomerEvents\w+)`/gm)];
    expect(documented.map(([, name]) => name)).toEqual(names);
  });

  withPromtool.each([
    ['its check of rules', ['check', 'rules', 'ops/prometheus-alerts.yaml']],
    ['its check of the configuration', ['check', 'config', 'ops/prometheus.yaml']],
    ['the unit tests', ['test', 'rules', 'ops/prometheus-alerts.test.yaml']],
  ])('pass promtool: %s', (_, args) => {
    const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
    expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' });
  });
});
