import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
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
  readonly readinessProbe?: { httpGet: { path: string } };
}

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
});

describe('ops/kubernetes.yaml', () => {
  const documents = parseAllDocuments(readFileSync('ops/kubernetes.yaml', 'utf8'));
  type Manifest = {
    kind: string;
    spec: { replicas: number; selector: unknown; template: { metadata: { labels: object }; spec: PodSpec } };
  };
  type PodSpec = { terminationGracePeriodSeconds: number; securityContext: object; containers: Container[] };
  const of = (kind: string): Manifest =>
    documents.map((document) => document.toJS() as Manifest).find((one) => one.kind === kind) as Manifest;

  it('is well-formed', () => {
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
    expect(documents).toHaveLength(4);
  });

  it('probes the right routes, and gives the end its time', () => {
    const { spec } = of('Deployment').spec.template;
    const [container] = spec.containers as [Container & { lifecycle: { preStop: { exec: { command: string[] } } } }];
    expect(container.livenessProbe?.httpGet.path).toBe('/health/live');
    expect(container.readinessProbe?.httpGet.path).toBe('/health/ready');
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
});
