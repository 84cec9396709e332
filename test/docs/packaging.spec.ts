import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { parse, parseAllDocuments } from 'yaml';
import { migrate } from '../../src/app/migrate.ts';
import { loadConfig, settingNames } from '../../src/config.ts';
import { NODE_FLAGS } from '../support/child.ts';

/** What is served after the last response: ROOM_AFTER_GRACE_MS in serve.ts. */
const ROOM_AFTER_GRACE_S = 15;
const graceS = loadConfig({}).shutdownGraceMs / 1_000;

interface Container {
  readonly command?: string[];
  readonly env?: { name: string }[];
  readonly securityContext: object;
  readonly resources: object;
  readonly livenessProbe?: { httpGet: { path: string } };
  readonly readinessProbe?: { httpGet: { path: string }; periodSeconds: number; failureThreshold: number };
  readonly image: string;
}

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

describe('Dockerfile', () => {
  const text = readFileSync('Dockerfile', 'utf8').replace(/\\\n\s*/g, '');
  const stages = text.split(/^(?=FROM )/m).slice(1);
  const last = stages.at(-1) as string;

  it('copies what is there, and nothing that .dockerignore keeps out', () => {
    const allowed = [...readFileSync('.dockerignore', 'utf8').matchAll(/^!(.+)$/gm)].map(([, path]) => path as string);
    const copied = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources]) =>
      (sources as string).split(' '),
    );
    expect(copied.length).toBeGreaterThan(5);
    for (const path of copied) expect(allowed).toContain(path.replace('./', ''));
    for (const path of allowed) expect(readFileSync('Dockerfile', 'utf8')).toContain(path);
  });

  it('ends in a stage without build tools, as an ordinary user, with a health check', () => {
    expect(stages).toHaveLength(4);
    expect(last).toMatch(/^USER node$/m);
    expect(last).toMatch(/^HEALTHCHECK .*\/health\/live/m);
    expect(last).not.toMatch(/npm (ci|install|run)/);
    // The exec form: Node gets the signals, not a shell.
    const [, command] = /^CMD (\[.*\])$/m.exec(last) as unknown as [string, string];
    expect(JSON.parse(command)).toEqual(['node', ...NODE_FLAGS, 'dist/src/main.js']);
  });

  it('runs on the embedded PostgreSQL where it was built with it, and only there', () => {
    expect(text).toMatch(/^ARG EMBEDDED=false$[^]*--include=optional/m);
    expect(last).toMatch(/^ARG EMBEDDED=false\nENV NODE_ENV=production EMBEDDED=\$EMBEDDED /m);
    expect(loadConfig({ NODE_ENV: 'production', EMBEDDED: 'true' }).embedded).toBe(true);
    expect(loadConfig({ NODE_ENV: 'production', EMBEDDED: 'false' }).embedded).toBe(false);
  });

  it('installs without scripts, and a Node that the service supports', () => {
    expect([...text.matchAll(/npm ci/g)]).toHaveLength([...text.matchAll(/npm ci --ignore-scripts/g)].length);
    const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } };
    const [, major] = /^FROM node:(\d+)-bookworm-slim AS node$/m.exec(stages[0] as string) as unknown as [
      string,
      string,
    ];
    expect(engines.node).toContain(`^${major}.`);
    // The build checks the version of its Node: what runs shall be the same.
    expect(stages[1]).toMatch(/^RUN npm run build\b/m);
    for (const stage of stages.slice(1)) expect(stage).toMatch(/^FROM node( AS \w+)?$/m);
  });
});

describe('compose.yaml', () => {
  const { services } = parse(readFileSync('compose.yaml', 'utf8'), { merge: true }) as {
    services: Record<
      string,
      {
        environment: Record<string, string>;
        healthcheck?: { test: string[] };
        volumes?: string[];
        stop_grace_period?: string;
        depends_on?: Record<string, { condition: string }>;
      }
    >;
  };

  it('migrates before it serves, with settings that exist, and waits for the end', () => {
    expect(services.service?.depends_on).toEqual({ migrate: { condition: 'service_completed_successfully' } });
    expect(services.migrate?.depends_on).toEqual({ database: { condition: 'service_healthy' } });
    for (const name of ['service', 'migrate']) {
      expect(settingNames()).toEqual(expect.arrayContaining(Object.keys(services[name]?.environment as object)));
    }
    expect(Number.parseInt(services.service?.stop_grace_period as string)).toBeGreaterThanOrEqual(
      graceS + ROOM_AFTER_GRACE_S,
    );
  });

  it('gives the service a role of its own, which the database has before anybody connects', () => {
    const superuser = services.database?.environment.POSTGRES_USER ?? 'postgres';
    for (const name of ['service', 'migrate']) {
      const url = services[name]?.environment.DATABASE_URL as string;
      expect(url).toMatch(
        /^postgres:\/\/customer_events:\$\{CUSTOMER_EVENTS_PASSWORD:\?[^}]+\}@database:5432\/customer_events$/,
      );
      expect(url).not.toContain(`//${superuser}:`);
      expect(url).not.toContain('POSTGRES_PASSWORD');
    }
    const [file] = (services.database?.volumes ?? []).flatMap(
      (volume) => /^\.\/(.+):\/docker-entrypoint-initdb\.d\/.+:ro$/.exec(volume)?.[1] ?? [],
    );
    expect(file).toBe(CREATE_DATABASE);
    expect(existsSync(CREATE_DATABASE)).toBe(true);
    // The server that the image starts to run that file listens on no TCP port: it is not healthy yet.
    expect(services.database?.healthcheck?.test.join(' ')).toContain('--host 127.0.0.1');
  });
});

const CREATE_DATABASE = 'ops/create-database.sql';

describe(CREATE_DATABASE, () => {
  const role = `customer_events_${randomBytes(4).toString('hex')}`;
  const server = new URL(process.env.TEST_SERVER_URL as string);
  /** As psql would: what begins with a backslash is its own, and not sent. */
  const statements = readFileSync(CREATE_DATABASE, 'utf8')
    .replace(/^(\\|--).*$/gm, '')
    .replaceAll('customer_events', role)
    .replaceAll(":'password'", "'secret'")
    .split(/;\s*$/m)
    .filter((statement) => statement.trim() !== '');
  const onServer = async (...all: string[]): Promise<void> => {
    const client = new pg.Client({ connectionString: server.toString() });
    await client.connect();
    try {
      for (const sql of all) await client.query(sql);
    } finally {
      await client.end();
    }
  };

  it('makes a role that owns its database and is no superuser, and that is enough to migrate', async () => {
    const url = new URL(server);
    url.username = role;
    url.password = 'secret';
    url.pathname = `/${role}`;
    await onServer(...statements);
    try {
      await migrate(url.toString(), loadConfig({}));
      const client = new pg.Client({ connectionString: url.toString() });
      await client.connect();
      const { rows } = await client.query(
        'SELECT r.rolsuper, r.rolcreatedb, r.rolcreaterole, r.rolreplication, r.rolbypassrls FROM pg_roles AS r WHERE r.rolname = current_user',
      );
      const owned = await client.query(
        "SELECT 1 FROM pg_tables WHERE tablename = 'customer_events' AND tableowner = current_user",
      );
      await client.end();
      expect(rows).toEqual([
        { rolsuper: false, rolcreatedb: false, rolcreaterole: false, rolreplication: false, rolbypassrls: false },
      ]);
      expect(owned.rows).toHaveLength(1);
    } finally {
      await onServer(`DROP DATABASE ${role} WITH (FORCE)`, `DROP ROLE ${role}`);
    }
  });
});

describe('ops/customer-events.service', () => {
  const file = 'ops/customer-events.service';
  const text = readFileSync(file, 'utf8');
  const valuesOf = (name: string): string[] =>
    [...text.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value]) => value as string);
  const unit = process.platform === 'linux' && spawnSync('systemd-analyze', ['--version']).status === 0 ? it : it.skip;

  it('starts Node itself, with the flags of npm start, as a user without rights', () => {
    expect(valuesOf('ExecStart')).toEqual([['/usr/bin/node', ...NODE_FLAGS, 'dist/src/main.js'].join(' ')]);
    expect(valuesOf('DynamicUser')).toEqual(['yes']);
    expect(valuesOf('NoNewPrivileges')).toEqual(['yes']);
    expect(valuesOf('CapabilityBoundingSet')).toEqual(['']);
    expect(valuesOf('EnvironmentFile')).toHaveLength(1);
  });

  it('ends it by SIGTERM, gives the end its time, and knows only settings that exist', () => {
    expect(valuesOf('KillSignal')).toEqual(['SIGTERM']);
    expect(Number(valuesOf('TimeoutStopSec')[0])).toBeGreaterThanOrEqual(graceS + ROOM_AFTER_GRACE_S);
    const settings = valuesOf('Environment').map((one) => one.split('=')[0]);
    expect(['NODE_ENV', ...settingNames()]).toEqual(expect.arrayContaining(settings));
    const { maxConnections, memoryBudgetBytes } = loadConfig({});
    expect(Number(valuesOf('LimitNOFILE')[0])).toBeGreaterThan(maxConnections);
    expect(Number.parseInt(valuesOf('MemoryMax')[0] as string) * 2 ** 20).toBeGreaterThanOrEqual(
      memoryBudgetBytes + 256 * 2 ** 20,
    );
  });

  unit('passes systemd-analyze verify, and is well protected by its measure', () => {
    const verified = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
    // Where Node is installed elsewhere, that is all it may find.
    const found = verified.stderr
      .split('\n')
      .filter((line) => line.includes('customer-events') && !line.includes('/usr/bin/node'));
    expect(found).toEqual([]);
    const judged = spawnSync('systemd-analyze', ['security', '--offline=true', '--threshold=20', file], {
      encoding: 'utf8',
    });
    // Versions before 250 do not know "--offline".
    if (!/unrecognized option/.test(judged.stderr)) expect(judged.status).toBe(0);
  });
});

describe('ops/kubernetes.yaml', () => {
  const documents = parseAllDocuments(readFileSync('ops/kubernetes.yaml', 'utf8'));
  type Manifest = {
    kind: string;
    metadata: { name: string; labels: Record<string, string> };
    spec: { replicas: number; selector: unknown; template: { metadata: { labels: object }; spec: PodSpec } };
  };
  type PodSpec = {
    automountServiceAccountToken: boolean;
    terminationGracePeriodSeconds: number;
    securityContext: object;
    containers: Container[];
  };
  const of = (kind: string): Manifest =>
    documents.map((document) => document.toJS() as Manifest).find((one) => one.kind === kind) as Manifest;

  it('is well-formed', () => {
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
    expect(documents).toHaveLength(5);
  });

  it('probes the right routes, and gives the end its time', () => {
    const { spec } = of('Deployment').spec.template;
    const [container] = spec.containers as [Container & { lifecycle: { preStop: { exec: { command: string[] } } } }];
    expect(container.livenessProbe?.httpGet.path).toBe('/health/live');
    expect(container.readinessProbe).toMatchObject({
      httpGet: { path: '/health/ready' },
      periodSeconds: 3,
      // One hiccup of the database must not take all instances out.
      failureThreshold: 3,
    });
    const preStop = Number(container.lifecycle.preStop.exec.command[1]);
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(preStop + graceS + ROOM_AFTER_GRACE_S - 1);
    expect(of('Deployment').spec.selector).toEqual({ matchLabels: of('Deployment').spec.template.metadata.labels });
    expect(of('Service').spec.selector).toEqual(of('Deployment').spec.template.metadata.labels);
  });

  it('runs as an unprivileged user, with limits, and with settings that exist', () => {
    for (const kind of ['Job', 'Deployment']) {
      const { spec } = of(kind).spec.template;
      expect(spec.securityContext).toMatchObject({ runAsNonRoot: true });
      for (const container of spec.containers) {
        expect(container.securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        });
        expect(container.resources).toMatchObject({
          requests: { memory: expect.any(String) },
          limits: { memory: expect.any(String) },
        });
        for (const { name } of container.env ?? []) expect(settingNames()).toContain(name);
      }
    }
  });

  it('has this version everywhere, and a job of its own for it, since the template of a job cannot be changed', () => {
    const name = `customer-events-migrate-${version.replaceAll('.', '-')}`;
    expect(of('Job').metadata.name).toBe(name);
    for (const kind of ['Job', 'Deployment']) {
      expect(of(kind).metadata.labels['app.kubernetes.io/version']).toBe(version);
      const { spec } = of(kind).spec.template;
      expect(spec.automountServiceAccountToken).toBe(false);
      for (const { image } of spec.containers) expect(image).toBe(`customer-events:${version}`);
    }
  });

  it('lets in requests only, and out to names and the database only', () => {
    const { spec } = of('NetworkPolicy') as unknown as {
      spec: {
        podSelector: { matchExpressions: { values: string[] }[] };
        policyTypes: string[];
        ingress: { ports: { port: unknown }[] }[];
        egress: { ports: { port: unknown }[] }[];
      };
    };
    const ports = (rules: { ports: { port: unknown }[] }[]) =>
      rules.flatMap((rule) => rule.ports.map(({ port }) => port));
    expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
    expect(ports(spec.ingress)).toEqual(['http']);
    expect(ports(spec.egress)).toEqual([53, 53, 5432]);
    const pods = ['Job', 'Deployment'].map((kind) => (of(kind).spec.template.metadata.labels as { app: string }).app);
    expect(spec.podSelector.matchExpressions[0]?.values.toSorted()).toEqual(pods.toSorted());
  });
});
