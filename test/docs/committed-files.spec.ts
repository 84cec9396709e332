import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ConfigError, loadConfig, settingNames } from '../../src/config.ts';

const example = readFileSync('.env.example', 'utf8');
const settings = [...example.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(
  ([, name, value]) => [name, value] as [string, string],
);

/** The lowest versions without known holes. */
const FLOORS = { 'body-parser': '2.3.0', qs: '6.14.1', multer: '2.2.0', validator: '13.15.22' };

describe('.env.example', () => {
  it('has every setting, in the order of config.ts', () => {
    expect(settings.map(([name]) => name)).toEqual(settingNames());
  });

  it('shows the defaults', () => {
    expect(loadConfig(Object.fromEntries(settings))).toEqual(loadConfig({}));
  });
});

describe('the settings', () => {
  it('are refused together, each by its name, without repeating a password', () => {
    const env = {
      PORT: 'x',
      DATABASE_URL: 'mysql://root:secret@db/',
      MAX_PAYLOAD_BYTES: 'abc',
      LOG_LEVEL: 'loud',
      RATE_LIMITS: '3',
    };
    const load = (): unknown => loadConfig(env);
    expect(load).toThrow(ConfigError);
    for (const name of Object.keys(env)) expect(load).toThrow(name);
    expect(load).not.toThrow(/secret/);
  });

  it.each(['-1', '1.5', '65536', '0x10', '1e3', ' ', 'NaN'])('PORT=%j is refused or the default', (PORT) => {
    if (PORT.trim() === '') expect(loadConfig({ PORT }).port).toBe(3000);
    else expect(() => loadConfig({ PORT })).toThrow('PORT');
  });

  it('refuse one that is wrong in a single line', () => {
    expect(() => loadConfig({ PORT: 'x' })).toThrow(/^This setting cannot be used: PORT must be [^\n]*$/);
  });

  describe('beside names that are nearly theirs', () => {
    it.each(['DATABASE_URI', 'DATABASE_ULR', 'database_url', 'MIGRATIONS_DATABASE_URI', 'DATADIR'])(
      'stop the start for %s, as another database would be used',
      (name) => {
        expect(() => loadConfig({ [name]: 'postgres://app:secret@db/events' })).toThrow(
          new RegExp(`${name} is not a setting; did you mean (MIGRATIONS_)?DATA\\w+\\? `),
        );
        expect(() => loadConfig({ [name]: 'postgres://app:secret@db/events' })).not.toThrow(/secret/);
      },
    );

    it('accept them where the setting itself is set, or says otherwise', () => {
      expect(loadConfig({ DATABASE_URI: 'x', DATABASE_URL: 'postgres://a@b/c' }).warnings).toEqual([]);
      expect(loadConfig({ DATADIR: 'x', DATA_DIR: 'y' }).warnings).toEqual([]);
      expect(loadConfig({ DATADIR: 'x', DATABASE_URL: 'postgres://a@b/c' }).warnings).toEqual([]);
      expect(loadConfig({ DATABASE_URI: 'x', EMBEDDED: 'true' }).warnings).toEqual([]);
      expect(loadConfig({ DATABASE_URI: '' }).warnings).toEqual([]);
    });

    it('warn of all others', () => {
      expect(loadConfig({ LOGLEVEL: 'x', RATE_LIMIT: 'x', LOG_LEVELS: '' }).warnings).toEqual([
        'LOGLEVEL is not a setting; did you mean LOG_LEVEL?',
        'RATE_LIMIT is not a setting; did you mean RATE_LIMITS?',
      ]);
    });

    it('ignore names that other programs have', () => {
      const foreign = [
        ...['PORTS', 'HOSTS', 'HOST_NAME', 'HOSTNAME', 'POSTGRES_PORT', 'DATABASE_HOST', 'DATABASE_SSL', 'PGHOST'],
        ...['CUSTOMER_EVENTS_PORT', 'CUSTOMER_EVENTS_SERVICE_HOST', 'DATABASE_SERVICE_PORT', 'DATABASE_PORT_5432_TCP'],
        ...[
          'OTEL_TRACES_SAMPLER',
          'OTEL_EXPORTER_OTLP_HEADERS',
          'TEST_DATABASE_URL',
          'XDG_DATA_DIRS',
          'CI',
          'NODE_ENV',
        ],
      ];
      expect(loadConfig(Object.fromEntries(foreign.map((name) => [name, 'x']))).warnings).toEqual([]);
    });
  });

  it('permit the embedded PostgreSQL unless NODE_ENV is production or EMBEDDED says otherwise', () => {
    const embedded = (env: NodeJS.ProcessEnv): boolean => loadConfig(env).embedded;
    expect(embedded({})).toBe(true);
    expect(embedded({ NODE_ENV: 'production' })).toBe(false);
    expect(embedded({ NODE_ENV: 'production', EMBEDDED: 'true' })).toBe(true);
    expect(embedded({ EMBEDDED: 'false' })).toBe(false);
  });

  it('read several rate limits', () => {
    expect(loadConfig({ RATE_LIMITS: '3/1, 20/10,100/60' }).rateLimits).toEqual([
      { units: 3, seconds: 1 },
      { units: 20, seconds: 10 },
      { units: 100, seconds: 60 },
    ]);
    expect(loadConfig({ RATE_LIMITS: '0' }).rateLimits).toEqual([]);
  });
});

describe('package-lock.json', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { version: string }>;
  };

  it.each(Object.entries(FLOORS))('%s is at least %s, wherever it is', (name, floor) => {
    const versions = Object.entries(packages).filter(([path]) => path.endsWith(`node_modules/${name}`));
    expect(versions.length).toBeGreaterThan(0);
    for (const [, { version }] of versions) {
      expect(version.localeCompare(floor, 'en', { numeric: true })).toBeGreaterThanOrEqual(0);
    }
  });

  it('says nothing of where packages came from', () => {
    expect(readFileSync('package-lock.json', 'utf8')).not.toContain('"resolved": "http');
  });

  it('has exact versions only', () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
      readFileSync('package.json', 'utf8'),
    ) as Record<string, Record<string, string>>;
    for (const version of Object.values({ ...dependencies, ...devDependencies, ...optionalDependencies })) {
      expect(version).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
    }
  });
});
