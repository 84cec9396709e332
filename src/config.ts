import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { APP_SLUG_PATTERN, isWellFormedKey } from './api-keys/domain/api-key.ts';
import { isGuessableKey } from './api-keys/domain/guessable-key.ts';
import { misspeltSettings } from './platform/misspelt-settings.ts';
import { SettingsReader } from './platform/settings-reader.ts';

/**
 * Every setting, and the only place that reads the environment. Each has a default that is right
 * for most; `.env.example` lists them all, and a test compares the two.
 */
export type Config = Readonly<ReturnType<typeof readSettings>> & {
  /** What an operator should know of the environment, a line each: names that are nearly those of settings. */
  readonly warnings: readonly string[];
};

/** The environment has settings that cannot be used; the message names every one of them. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(
      problems.length === 1
        ? `This setting cannot be used: ${problems[0]}`
        : `These settings cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    );
    this.name = 'ConfigError';
  }
}

/** @throws {ConfigError} naming all settings that are wrong, not only the first. */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const reader = new SettingsReader(env);
  const config = readSettings(reader, env.NODE_ENV === 'production');
  const { problems, warnings } = judgeNames(env, reader.names);
  const all = [...reader.problems, ...problemsOfProcesses(config), ...problems];
  if (all.length > 0) throw new ConfigError(all);
  return Object.freeze({ ...config, warnings });
}

/**
 * Reads `.env` in the working directory, if there is one; what is set already wins.
 *
 * @throws {ConfigError} for a name that is nearly that of a setting: the file is read by nobody else. Also where it cannot
 * be read, or is no text in UTF-8: it would be taken for one without settings.
 */
export function loadEnvFile(): void {
  const settings = parseEnv(envFileText());
  const problems = misspeltSettings(Object.keys(settings), settingNames()).map(
    ({ name, setting }) => `${name} in .env is not a setting; did you mean ${setting}?`,
  );
  if (problems.length > 0) throw new ConfigError(problems);
  for (const [name, value] of Object.entries(settings)) process.env[name] ??= value;
}

/** Empty where there is none. Without the mark of UTF-8 that editors of Windows put in front. */
function envFileText(): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync('.env');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return '';
    throw new ConfigError([`the file .env (${code}); make it a text file that this user can read, or remove it`]);
  }
  if (bytes.includes(0) || !isUtf8(bytes))
    throw new ConfigError(['the file .env is no text in UTF-8; save it in UTF-8 (">" of PowerShell writes UTF-16)']);
  return new TextDecoder().decode(bytes);
}

/**
 * Names of the environment that are nearly those of settings. Many other programs have names there, so most are only
 * a warning, and short settings (HOST, PORT) resemble too much. A misspelt setting that decides which database it is
 * stops the start: the service would create an empty one of its own and take events into it.
 */
function judgeNames(
  env: NodeJS.ProcessEnv,
  settings: readonly string[],
): { problems: readonly string[]; warnings: readonly string[] } {
  const isSet = (name: string): boolean => (env[name] ?? '').trim() !== '';
  const candidates = settings.filter((setting) =>
    setting === 'DATA_DIR' ? !isSet('DATABASE_URL') : setting.length >= MIN_DISTINCTIVE_LENGTH,
  );
  const [problems, warnings]: [string[], string[]] = [[], []];
  for (const { name, setting } of misspeltSettings(Object.keys(env).filter(isSet), candidates)) {
    if (isSet(setting) || settings.includes(name)) continue;
    const remedy = REMEDIES[setting];
    if (remedy === undefined) warnings.push(`${name} is not a setting; did you mean ${setting}?`);
    else if (setting !== 'DATABASE_URL' || env.EMBEDDED !== 'true')
      problems.push(`${name} is not a setting; did you mean ${setting}? ${remedy}`);
  }
  return { problems, warnings };
}

const MIN_DISTINCTIVE_LENGTH = 8;

/** For each setting that decides which database it is: what to do where the name belongs to another program. */
const REMEDIES: Readonly<Record<string, string | undefined>> = {
  DATABASE_URL: 'If it belongs to another program, set DATABASE_URL too, or EMBEDDED=true for the embedded PostgreSQL',
  MIGRATIONS_DATABASE_URL: 'If it belongs to another program, set MIGRATIONS_DATABASE_URL too',
  DATA_DIR: 'If it belongs to another program, set DATA_DIR too',
};

/** Each of several processes serves metrics of its own, and the embedded PostgreSQL belongs to one process. */
function problemsOfProcesses(config: ReturnType<typeof readSettings>): string[] {
  if (config.processes === 1) return [];
  const problems: string[] = [];
  if (config.operationsPort === 0 || config.operationsPort + config.processes > 65_536)
    problems.push('PROCESSES needs OPERATIONS_PORT, the first of as many ports, for health and metrics of each');
  if (config.databaseUrl === undefined)
    problems.push('PROCESSES needs DATABASE_URL, since the embedded PostgreSQL belongs to one process');
  return problems;
}

/** The names of all settings, in the order of `.env.example`. */
export function settingNames(): string[] {
  const reader = new SettingsReader({});
  readSettings(reader, false);
  return reader.names;
}

function readSettings(read: SettingsReader, production: boolean) {
  return {
    host: read.text('HOST', '0.0.0.0'),
    port: read.integer('PORT', 3000, 0, 65_535),
    operationsPort: read.integer('OPERATIONS_PORT', 0, 0, 65_535),
    processes: read.integer('PROCESSES', 1, 1, 128),
    trustProxyHops: read.integer('TRUST_PROXY_HOPS', 0, 0, 10),
    corsOrigins: read.origins('CORS_ORIGINS'),
    publicUrl: publicUrl(read),

    databaseUrl: read.postgresUrl('DATABASE_URL'),
    migrationsDatabaseUrl: read.postgresUrl('MIGRATIONS_DATABASE_URL'),
    distributed: isDistributed(read),
    embedded: read.flag('EMBEDDED', !production),
    dataDir: resolve(read.text('DATA_DIR', '.data')),
    erasureSecrets: read.secrets('ERASURE_SECRET', 32),
    erasedIdsDays: read.integer('ERASED_IDS_DAYS', 730, 0, 36_500),
    auditDays: read.integer('AUDIT_DAYS', 365, 0, 36_500),
    databasePoolSize: read.integer('DATABASE_POOL_SIZE', 10, 2, 500),
    databaseConnectTimeoutMs: read.integer('DATABASE_CONNECT_TIMEOUT_MS', 2_000, 100, 60_000),
    databaseStatementTimeoutMs: read.integer('DATABASE_STATEMENT_TIMEOUT_MS', 4_000, 100, 600_000),
    databaseReadTimeoutMs: read.integer('DATABASE_READ_TIMEOUT_MS', 2_000, 100, 600_000),
    databaseLockTimeoutMs: read.integer('DATABASE_LOCK_TIMEOUT_MS', 2_000, 100, 600_000),
    databasePreparedStatements: read.flag('DATABASE_PREPARED_STATEMENTS', true),

    initApp: initApp(read),
    initKey: initKey(read),

    maxPayloadBytes: read.integer('MAX_PAYLOAD_BYTES', 65_536, 2, 8_388_608),
    maxPayloadKeys: read.integer('MAX_PAYLOAD_KEYS', 10_000, 1, 1_000_000),
    ingestQueueEvents: read.integer('INGEST_QUEUE_EVENTS', 5_000, 1, 1_000_000),
    ingestCommitEvents: read.integer('INGEST_COMMIT_EVENTS', 1_000, 1, 5_000),
    importRetryMs: read.integer('IMPORT_RETRY_MS', 30_000, 0, 600_000),
    rateLimits: read.rateWindows('RATE_LIMITS', '5000/5'),
    readLimits: read.rateWindows('READ_LIMITS', '20000/10'),
    sessionReadLimits: read.rateWindows('SESSION_READ_LIMITS', '300/10'),
    rateLimitStore: read.oneOf('RATE_LIMIT_STORE', ['memory', 'postgres'] as const, 'memory'),
    apiKeyCacheMs: read.integer('API_KEY_CACHE_MS', 5_000, 0, 9_000),

    maxConnections: read.integer('MAX_CONNECTIONS', 10_000, 1, 1_000_000),
    maxConnectionsPerAddress: read.integer('MAX_CONNECTIONS_PER_ADDRESS', 0, 0, 1_000_000),
    keylessRequestsPerSecond: read.integer('KEYLESS_REQUESTS_PER_SECOND', 500, 0, 1_000_000),
    memoryBudgetBytes: read.integer('MEMORY_BUDGET_BYTES', 268_435_456, 50_331_648, 1_099_511_627_776),
    maxStreams: read.integer('MAX_STREAMS', 32, 1, 100_000),
    maxStreamsPerKey: read.integer('MAX_STREAMS_PER_KEY', 8, 1, 100_000),
    maxCostlyRequestsPerApp: read.integer('MAX_COSTLY_REQUESTS_PER_APP', 16, 1, 100_000),
    maxRequestsInFlight: read.integer('MAX_REQUESTS_IN_FLIGHT', 1_000, 1, 100_000),
    maxHeaderBytes: read.integer('MAX_HEADER_BYTES', 16_384, 1_024, 1_048_576),
    maxHeaders: read.integer('MAX_HEADERS', 100, 10, 10_000),
    headersTimeoutMs: read.integer('HEADERS_TIMEOUT_MS', 10_000, 1_000, 600_000),
    requestTimeoutMs: read.integer('REQUEST_TIMEOUT_MS', 30_000, 1_000, 600_000),
    idleTimeoutMs: read.integer('IDLE_TIMEOUT_MS', 60_000, 1_000, 3_600_000),
    keepAliveTimeoutMs: read.integer('KEEP_ALIVE_TIMEOUT_MS', 65_000, 1_000, 3_600_000),
    shutdownGraceMs: read.integer('SHUTDOWN_GRACE_MS', 25_000, 0, 600_000),

    docsEnabled: read.flag('DOCS_ENABLED', true),
    embedEnabled: read.flag('EMBED_ENABLED', true),
    metricsEnabled: read.flag('METRICS_ENABLED', true),
    otlpEndpoint: read.httpUrl('OTEL_EXPORTER_OTLP_ENDPOINT'),
    otelServiceName: read.text('OTEL_SERVICE_NAME', 'customer-events'),
    otelSampledShare: read.share('OTEL_TRACES_SAMPLER_ARG', 1),
    logLevel: read.oneOf('LOG_LEVEL', ['error', 'warn', 'info', 'debug'] as const, 'info'),
  };
}

/** Whether the database is to be distributed; one that is distributed already stays so without the setting. */
const isDistributed = (read: SettingsReader): boolean =>
  read.checkedText('DISTRIBUTED', (value) => (value === 'citus' ? undefined : 'must be citus, or not set')) !==
  undefined;

/** Without a slash at the end; undefined where it is not set. */
const publicUrl = (read: SettingsReader): string | undefined =>
  read
    .checkedText('PUBLIC_URL', (text) =>
      /^https?:\/\/[^\s/?#@]+(?:\/[^\s?#]*)?$/.test(text) && URL.canParse(text)
        ? undefined
        : 'must be an http or https URL without user, query and fragment, such as https://events.example.com',
    )
    ?.replace(/\/+$/, '');

/** `acme`, or with a name `acme:Acme Ltd.` */
function initApp(read: SettingsReader): { readonly slug: string; readonly name: string } | undefined {
  const text = read.checkedText('INIT_APP', (value) => {
    const { slug, name } = slugAndName(value);
    const isRight = APP_SLUG_PATTERN.test(slug) && name !== '' && !/\p{Cc}/u.test(name);
    return isRight ? undefined : 'must be a slug (1 to 63 of a-z, 0-9 and "-"), or one with a name: acme:Acme Ltd.';
  });
  return text === undefined ? undefined : slugAndName(text);
}

function slugAndName(text: string): { readonly slug: string; readonly name: string } {
  const colon = text.indexOf(':');
  if (colon < 0) return { slug: text, name: text };
  return { slug: text.slice(0, colon), name: text.slice(colon + 1).trim() };
}

function initKey(read: SettingsReader): string | undefined {
  const key = read.checkedText('INIT_KEY', (value) => {
    if (!value.startsWith('sk_live_agent_') || !isWellFormedKey(value))
      return 'must be sk_live_agent_ and 48 characters of A-Z, a-z and 0-9';
    return isGuessableKey(value) ? 'must be of random characters: these can be guessed' : undefined;
  });
  read.requireBeside('INIT_KEY', 'INIT_APP', 'the app that it is a key of');
  return key;
}
