import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { databaseUrlProblem, describeDatabase, driverUrl } from './database-url.ts';

/** Where `pg` goes, and how, with a URL that the service has prepared for it. */
const connectionOf = (url: string) =>
  (
    new pg.Client({ connectionString: driverUrl(url, '-c enable_bitmapscan=off') }) as unknown as {
      connectionParameters: { host: string; database: string; user: string; password: string; options: string };
    }
  ).connectionParameters;

const HARD_PASSWORDS = [
  'p@ss',
  'p#ss',
  'p/ss',
  'p?ss',
  'p%ss',
  '100%25',
  'p:ss',
  'p ss',
  'pä€😀',
  '@#/?%&=+\\"\'',
  '%2F /',
];

describe('the URL of a database', () => {
  it.each(HARD_PASSWORDS)('carries the encoded password %j to pg, and describes itself without it', (password) => {
    const url = `postgres://${encodeURIComponent(password)}:${encodeURIComponent(password)}@db.example:5433/events`;
    expect(databaseUrlProblem(url)).toBeNull();
    expect(connectionOf(url)).toMatchObject({
      host: 'db.example',
      database: 'events',
      user: password,
      password,
    });
    expect(describeDatabase(url.replace(/\/\/[^:]+/, '//app'))).toBe('db.example:5433/events as app');
  });

  it.each([
    'postgres://app:secret',
    'postgres://app:12#secret@db/events',
    'postgres://app:12/secret@db/events',
    'postgres://app:12?secret@db/events',
    'postgres://app:se@cret/secret@db/events',
    'postgres://app:secret@db/events#secret',
    'postgres://app:secret%@db/events',
    'postgres://app:secret%zz@db/events',
    'postgres://app:sec\nret@db/events',
    'postgres:secret',
    'mysql://app:secret@db/events',
    'secret',
  ])('is refused where a part of it could be taken for another, without repeating any of it: %j', (url) => {
    const problem = databaseUrlProblem(url);
    expect(problem).toMatch(/^must look like postgres:.* @ as %40/);
    expect(problem).not.toMatch(/secret|cret|ret@/);
  });

  it('begins each session with READ COMMITTED, after what it asks for itself', () => {
    const { options } = connectionOf('postgres://app@db/events?options=-c%20geqo%3Doff%20-c%20a.b%3Dx%5C%20y');
    expect(options).toBe(
      '-c geqo=off -c a.b=x\\ y -c enable_bitmapscan=off -c default_transaction_isolation=read\\ committed',
    );
  });

  it('describes a Unix socket, and shows no control characters', () => {
    expect(describeDatabase('postgres://app:x@localhost/events?host=/var/run/postgresql')).toBe(
      '/var/run/postgresql:5432/events as app',
    );
    expect(describeDatabase('postgres://app@db/a%0Ab')).toBe('db:5432/a?b as app');
  });
});

describe('sslmode in the URL of a database', () => {
  const folder = mkdtempSync(join(tmpdir(), 'database-url-'));
  const file = join(folder, 'ca.pem');
  writeFileSync(file, 'PEM');
  afterAll(() => rmSync(folder, { recursive: true }));
  const tlsOf = (parameters: string) => {
    const url = `postgres://app@db/events?${parameters}`;
    expect(databaseUrlProblem(url)).toBeNull();
    return (new pg.Client({ connectionString: driverUrl(url) }) as unknown as { ssl: unknown }).ssl;
  };
  const anyName = { checkServerIdentity: expect.any(Function) };

  it.each<[string, unknown]>([
    ['', false],
    ['sslmode=disable', false],
    ['sslmode=require', { rejectUnauthorized: false }],
    ['sslmode=no-verify', { rejectUnauthorized: false }],
    [`sslmode=require&sslrootcert=${file}`, { ca: 'PEM', ...anyName }],
    [`sslmode=verify-ca&sslrootcert=${file}`, { ca: 'PEM', ...anyName }],
    [`sslmode=verify-full&sslrootcert=${file}`, { ca: 'PEM' }],
    ['sslmode=verify-full', {}],
    ['sslmode=verify-full&sslrootcert=system', {}],
    [`sslrootcert=${file}`, { ca: 'PEM' }],
    ['channel_binding=require&target_session_attrs=read-write&schema=public&sslsni=1&port=5433', false],
  ])('means what libpq means by it: %s', (parameters, tls) => {
    expect(tlsOf(parameters)).toEqual(tls);
  });

  it.each([
    [
      'sslmod=require',
      /must not have a parameter that is nearly sslmode, since it would be passed over; write sslmode/,
    ],
    ['SSLMODE=require', /write sslmode/],
    ['sslmode=require&sslrootcrt=/ca.pem', /write sslrootcert/],
    ['sslmode=prefer', /one of these as its sslmode: disable, require/],
    ['sslmode=verify_full', /one of these as its sslmode/],
    ['sslmode=verify-ca', /add sslrootcert=/],
    ['sslmode=require&sslrootcert=system', /sslmode=verify-full with sslrootcert=system/],
    ['sslmode=verify-full&sslrootcert=/no/such.pem', /sslrootcert; \/no\/such\.pem cannot be \(ENOENT\)/],
    ['sslmode=verify-full&sslcert=/', /sslcert; \/ cannot be \(EISDIR\)/],
    ['sslmode=verify-full&sslkey=/no/such.key', /sslkey; \/no\/such\.key cannot be \(ENOENT\)/],
  ])('is refused where it cannot be done: %s', (parameters, problem) => {
    expect(databaseUrlProblem(`postgres://app:secret@db/events?${parameters}`)).toMatch(problem);
  });
});
