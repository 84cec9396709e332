import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { until } from '../../support/child.ts';
import { freePort } from '../../support/service-process.ts';

/** Whether a program is on the PATH of this machine. */
export const isInstalled = (name: 'prometheus' | 'promtool'): boolean =>
  spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0;

const CONFIG = 'ops/prometheus.yaml';
const RULES = 'ops/prometheus-alerts.yaml';

export interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly annotations: Readonly<Record<string, string>>;
}

export const shippedRules = (): Rule[] =>
  (parse(readFileSync(RULES, 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules);

/** How much shorter everything is than in the shipped files, so that a drill takes seconds. */
const SCRAPE_EVERY = '500ms';
const RANGE = '4s';
/** In place of 15 minutes: several starts must go into it. */
const LONG_RANGE = '30s';
/** For which the last sample of a target that is gone counts: 5 minutes, where nothing is said. */
const LOOKBACK = '3s';
const FOR = '1s';

interface Alert {
  readonly state: 'pending' | 'firing';
  readonly labels: { readonly alertname: string };
}

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** A real Prometheus with the shipped configuration and rules; only times and targets are others. */
export class Prometheus {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly port: number,
    private readonly target: string,
  ) {}

  /** @param target `host:port` of the service. */
  static async start(target: string): Promise<Prometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'customer-events-prometheus-'));
    const port = await freePort();
    const args = [
      `--config.file=${join(folder, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--query.lookback-delta=${LOOKBACK}`,
      '--web.enable-lifecycle',
    ];
    writeFileSync(join(folder, 'rules.yaml'), shortenedRules());
    writeFileSync(join(folder, 'prometheus.yaml'), shortenedConfig(target));
    const child = spawn('prometheus', args, { stdio: 'ignore' });
    const prometheus = new Prometheus(child, folder, port, target);
    await until(async () => {
      if (child.exitCode !== null) throw new Error('prometheus has ended: its configuration is wrong');
      return prometheus.isReady();
    });
    return prometheus;
  }

  /** The names of the alerts that fire, each once, sorted. */
  async firing(): Promise<string[]> {
    const alerts = await this.alerts();
    return [...new Set(alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels.alertname))].sort();
  }

  /** The series that an expression has now. */
  async query(expr: string): Promise<readonly Sample[]> {
    return ((await this.ask(`query?query=${encodeURIComponent(expr)}`)) as { result: Sample[] }).result;
  }

  /** Resolves when an alert fires. */
  untilFiring(alert: string): Promise<void> {
    return until(async () => (await this.firing()).includes(alert));
  }

  /** Resolves when an alert neither fires nor is about to. */
  untilResolved(alert: string): Promise<void> {
    return until(async () => !(await this.alerts()).some(({ labels }) => labels.alertname === alert));
  }

  /** Resolves when no alert fires, and none is about to. */
  untilSilent(): Promise<void> {
    return until(async () => (await this.alerts()).length === 0);
  }

  /** From now on it scrapes under another name of the job, as somebody might who does not know that rules ask for it. */
  async renameJob(job: string): Promise<void> {
    writeFileSync(join(this.folder, 'prometheus.yaml'), shortenedConfig(this.target, job));
    await fetch(`${this.url}/-/reload`, { method: 'POST' });
  }

  async close(): Promise<void> {
    const ended = once(this.child, 'close');
    this.child.kill('SIGKILL');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  private async isReady(): Promise<boolean> {
    return (await fetch(`${this.url}/-/ready`).catch(() => null))?.ok ?? false;
  }

  private async alerts(): Promise<readonly Alert[]> {
    return ((await this.ask('alerts')) as { alerts: Alert[] }).alerts;
  }

  private async ask(path: string): Promise<unknown> {
    const body = (await (await fetch(`${this.url}/api/v1/${path}`)).json()) as { data?: unknown; error?: string };
    if (body.error !== undefined) throw new Error(`${path}: ${body.error}`);
    return body.data;
  }
}

function shortenedConfig(target: string, job?: string): string {
  const config = parse(readFileSync(CONFIG, 'utf8')) as {
    global: object;
    scrape_configs: { job_name: string }[];
  };
  return stringify({
    global: {
      ...config.global,
      scrape_interval: SCRAPE_EVERY,
      scrape_timeout: SCRAPE_EVERY,
      evaluation_interval: SCRAPE_EVERY,
    },
    rule_files: ['rules.yaml'],
    scrape_configs: config.scrape_configs.map((one) => ({
      ...one,
      job_name: job ?? one.job_name,
      static_configs: [{ targets: [target] }],
    })),
  });
}

function shortenedRules(): string {
  const text = readFileSync(RULES, 'utf8');
  return text
    .replaceAll('[15m]', `[${LONG_RANGE}]`)
    .replace(/\[\d+m\]/g, `[${RANGE}]`)
    .replace(/^(\s+for:) \S+$/gm, `$1 ${FOR}`);
}
