import 'reflect-metadata';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createDataSource, createReadDataSource } from '../../src/app/data-source.ts';
import { migrate } from '../../src/app/migrate.ts';
import { loadConfig } from '../../src/config.ts';
import { DatabaseConnection } from '../../src/platform/postgres/database-connection.ts';
import { DatabaseUnfit } from '../../src/platform/postgres/database-fitness.ts';
import { OwnPostgres } from '../support/own-postgres.ts';
import { outcomeOf } from '../support/command-runner.ts';
import { servesAt, Workplace } from '../support/service-process.ts';
import { startServiceOn } from '../support/test-service.ts';
import type { TestDatabase } from '../support/test-database.ts';

const config = loadConfig({});
const TLS = { ssl: 'on', ssl_cert_file: 'server.pem', ssl_key_file: 'server.key' };

const OPENSSL_IS_HERE = spawnSync('openssl', ['version']).status === 0;
if (!OPENSSL_IS_HERE) process.stderr.write('test/db/tls.spec.ts is left out: there is no openssl here\n');

jest.setTimeout(120_000);

(OPENSSL_IS_HERE ? describe : describe.skip)('a database with a certificate of a private authority', () => {
  let folder: string;
  let server: OwnPostgres;
  const path = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): Buffer => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });

  const makeAuthority = (name: string): void => {
    const subject = ['-subj', `/CN=${name}`, '-days', '2'];
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
      ...subject,
    );
  };
  /** Signed by the authority "ca", valid from and to so many days from now. */
  const makeCertificate = (name: string, altName: string, [from, to]: [number, number]): void => {
    const day = (days: number): string =>
      new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]|\.\d+/g, '');
    const request = ['-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', '/CN=database'];
    openssl('req', '-newkey', 'rsa:2048', '-nodes', ...request, '-addext', `subjectAltName=${altName}`);
    // `openssl x509` cannot make what has expired; `openssl ca` wants these files.
    for (const [file, text] of Object.entries({ 'index.txt': '', serial: '01', 'ca.cnf': CA_CONFIGURATION }))
      execFileSync('sh', ['-c', 'printf "%s" "$1" > "$2"', 'sh', text, path(file)]);
    const validity = ['-startdate', day(from), '-enddate', day(to)];
    openssl('ca', '-batch', '-config', 'ca.cnf', ...validity, '-in', `${name}.csr`, '-out', `${name}.pem`, '-notext');
  };
  const serveWith = async (name: string): Promise<void> => {
    server.write('server.pem', readFileSync(path(`${name}.pem`)));
    server.write('server.key', readFileSync(path(`${name}.key`)));
    await server.start(TLS);
  };
  /** As the service does it at its start, and as `migrate` does it: both succeed, or fail alike. */
  const connect = async (url: string): Promise<string> => {
    const connection = new DatabaseConnection(createDataSource(url, config), createReadDataSource(url, config));
    const outcomes = [await messageOf(() => migrate(url, config)), await messageOf(() => connection.connect())];
    await connection.onApplicationShutdown();
    expect(new Set(outcomes).size).toBe(1);
    return outcomes[0] as string;
  };
  const messageOf = async (work: () => Promise<unknown>): Promise<string> => {
    try {
      await work();
      return 'connected';
    } catch (error) {
      const { message, severity } = error as Error & { severity?: string };
      expect(error instanceof DatabaseUnfit || severity === 'FATAL').toBe(true);
      expect(message).not.toMatch(/\n|BEGIN CERTIFICATE|modulus/);
      return message;
    }
  };
  /** The files of certificates stand in the folder of this test. */
  const withFiles = (parameters: string): string => parameters.replace(/(?<=sslrootcert=)\w+\.pem/, path);
  const VERIFY_FULL = 'sslmode=verify-full&sslrootcert=ca.pem';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tls-'));
    makeAuthority('ca');
    makeAuthority('other');
    makeCertificate('good', 'DNS:localhost', [-1, 1]);
    makeCertificate('expired', 'DNS:localhost', [-2, -1]);
    server = new OwnPostgres();
    server.allow('hostssl all all 127.0.0.1/32 scram-sha-256');
    await serveWith('good');
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['localhost', 'sslmode=verify-full&sslrootcert=ca.pem'],
    ['localhost', 'sslmode=verify-ca&sslrootcert=ca.pem'],
    ['localhost', 'sslmode=require&sslrootcert=ca.pem'],
    ['localhost', 'sslmode=require'],
    ['127.0.0.1', 'sslmode=verify-ca&sslrootcert=ca.pem'],
    ['127.0.0.1', 'sslmode=require&sslrootcert=ca.pem'],
    ['127.0.0.1', 'sslmode=require'],
  ])('is reached at %s with %s', async (host, parameters) => {
    expect(await connect(server.url(host, withFiles(parameters)))).toBe('connected');
  });

  it('is spoken to in TLS', async () => {
    const dataSource = await createDataSource(server.url('localhost', withFiles(VERIFY_FULL)), config).initialize();
    const [row] = await dataSource.query<unknown[]>(
      'SELECT s.ssl FROM pg_stat_ssl AS s WHERE s.pid = pg_backend_pid()',
    );
    await dataSource.destroy();
    expect(row).toEqual({ ssl: true });
  });

  it.each([
    [
      'a wrong host name',
      '127.0.0.1',
      'sslmode=verify-full&sslrootcert=ca.pem',
      /altnames.* Set the host in DATABASE_URL to a name /,
    ],
    ['no authority', 'localhost', 'sslmode=verify-full', /unable to verify .* sslrootcert=/],
    ['another authority', 'localhost', 'sslmode=verify-full&sslrootcert=other.pem', /unable to verify .* sslrootcert=/],
    ['another authority', 'localhost', 'sslmode=verify-ca&sslrootcert=other.pem', /unable to verify .* sslrootcert=/],
    ['another authority', 'localhost', 'sslmode=require&sslrootcert=other.pem', /unable to verify .* sslrootcert=/],
    ['sslmode=disable', 'localhost', 'sslmode=disable', /no pg_hba.conf entry .* no encryption/],
    ['no sslmode', 'localhost', '', /no pg_hba.conf entry .* no encryption/],
  ])('is refused for %s, at %s with "%s", in a line', async (_why, host, parameters, message) => {
    expect(await connect(server.url(host, withFiles(parameters)))).toMatch(message);
  });

  it('is used by the service and its commands, which say in a line why they cannot', async () => {
    const workplace = new Workplace();
    const good = { DATABASE_URL: server.url('localhost', withFiles(VERIFY_FULL)) };
    const wrongHost = { DATABASE_URL: server.url('127.0.0.1', withFiles(VERIFY_FULL)) };
    try {
      const service = workplace.start(good);
      await servesAt(service);
      service.kill('SIGTERM');
      expect(await service.ends()).toMatchObject({ code: 0 });
      expect(service.output()).not.toMatch(/SECURITY WARNING/);

      const outcomes = await Promise.all([
        outcomeOf(workplace.start(wrongHost)),
        workplace.command(['apps', 'list'], wrongHost),
        workplace.command(['migrate'], { ...good, MIGRATIONS_DATABASE_URL: wrongHost.DATABASE_URL }),
      ]);
      for (const { code, stdout, stderr } of outcomes) {
        expect(code).toBe(1);
        const said = (stderr + stdout).replace(/^\{.*\n/gm, '');
        expect(said).toMatch(
          /^TLS with the database fails \(Hostname.*altnames.*\)\. Set the host in DATABASE_URL .*\n$/,
        );
      }
    } finally {
      await workplace.close();
    }
  });

  it('refuses new connections when its certificate has expired, and requests get a 503', async () => {
    const url = server.url('localhost', withFiles(VERIFY_FULL));
    const database = { url } as TestDatabase;
    const service = await startServiceOn(database, { DATABASE_CONNECT_TIMEOUT_MS: '500' });
    try {
      await serveWith('expired');
      const response = await service.get('/auth/whoami', { 'X-API-Key': `sk_live_agent_${'x'.repeat(48)}` });
      expect(response.body).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      expect(await connect(url)).toBe(
        'TLS with the database fails (certificate has expired). Renew the certificate of the database.',
      );
    } finally {
      await service.close();
    }
  });

  it('without TLS is refused where TLS is asked for', async () => {
    server.allow('host all all 127.0.0.1/32 scram-sha-256');
    await server.start({ ssl: 'off' });
    expect(await connect(server.url('localhost', 'sslmode=require'))).toMatch(
      /^The database has no TLS \(.*\)\. Switch it on there, or set sslmode=disable in DATABASE_URL\.$/,
    );
    expect(await connect(server.url('localhost', 'sslmode=disable'))).toBe('connected');
  });
});

const CA_CONFIGURATION = `
[ca]
default_ca = own
[own]
database = index.txt
serial = serial
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
`;
