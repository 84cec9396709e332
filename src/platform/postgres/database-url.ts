import { readFileSync } from 'node:fs';
import pg from 'pg';
import { misspeltSettings } from '../misspelt-settings.ts';

/** What `sslmode` may be. Each means what libpq means by it; `no-verify` is node-postgres's word for `require`. */
const TLS_MODES = ['disable', 'require', 'no-verify', 'verify-ca', 'verify-full'];
const TLS_FILES = ['sslrootcert', 'sslcert', 'sslkey'];
const TLS_PARAMETERS = ['sslmode', ...TLS_FILES];
/** libpq's word for the certificate authorities that come with the system; here those that come with Node. */
const SYSTEM_ROOTS = 'system';

/**
 * Every transaction is READ COMMITTED, whatever the database or the role has as its default: concurrent writes wait
 * for each other, where SERIALIZABLE would refuse some of them.
 */
const ISOLATION = '-c default_transaction_isolation=read\\ committed';

/**
 * Why a text cannot be the URL of a database, as the end of a sentence that begins with the setting's name; null
 * where it can. Never repeats the text: it may hold a password.
 */
export function databaseUrlProblem(text: string): string | null {
  if (!isDatabaseUrl(text)) {
    return (
      'must look like postgres://user:password@host:5432/database ' +
      '(in user and password write % as %25, @ as %40, # as %23, / as %2F, ? as %3F)'
    );
  }
  const { searchParams: parameters } = new URL(text);
  return misspeltParameter(parameters) ?? tlsProblem(parameters);
}

/** The driver passes over a parameter that it does not know: with a misspelt `sslmode` nothing would be encrypted. */
function misspeltParameter(parameters: URLSearchParams): string | null {
  const [misspelt] = misspeltSettings([...parameters.keys()], [...TLS_PARAMETERS, 'host', 'options']);
  return misspelt === undefined
    ? null
    : `must not have a parameter that is nearly ${misspelt.setting}, since it would be passed over; write ${misspelt.setting}`;
}

/**
 * Whether each part of the text can only be what it is taken for. After a `#`, `/` or `?` in a password, the rest of
 * it would be taken for the port, the name of the database or a parameter, and shown as that in messages.
 */
function isDatabaseUrl(text: string): boolean {
  // URL drops tabs and line ends silently.
  if (!/^postgres(ql)?:\/\/[^#\p{Cc}]*$/iu.test(text) || !URL.canParse(text)) return false;
  const { username, password, hostname, pathname, search } = new URL(text);
  return !`${pathname}${search}`.includes('@') && [username, password, hostname, pathname].every(isWellEncoded);
}

function isWellEncoded(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

function tlsProblem(parameters: URLSearchParams): string | null {
  const mode = parameters.get('sslmode');
  const roots = parameters.get('sslrootcert');
  if (mode !== null && !TLS_MODES.includes(mode))
    return `must have one of these as its sslmode: ${TLS_MODES.join(', ')}`;
  if (roots === SYSTEM_ROOTS && mode !== 'verify-full') return 'must have sslmode=verify-full with sslrootcert=system';
  if (roots === null && mode === 'verify-ca')
    return 'must name the file of the certificate authority with sslmode=verify-ca: add sslrootcert=/path/to/ca.pem';
  for (const name of TLS_FILES) {
    const path = parameters.get(name);
    if (path === null || (name === 'sslrootcert' && path === SYSTEM_ROOTS)) continue;
    const code = whyUnreadable(path);
    if (code !== null) return `must name a file that can be read as its ${name}; ${path} cannot be (${code})`;
  }
  return null;
}

function whyUnreadable(path: string): string | null {
  try {
    readFileSync(path);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unreadable';
  }
}

/**
 * The URL as `pg` has to be given it: encoded throughout, with `sslmode` as libpq understands it, and with what every
 * session begins with.
 *
 * @param options more of it, as PostgreSQL's `options` has it: `-c name=value`.
 */
export function driverUrl(url: string, options = ''): string {
  const result = new URL(url);
  const { searchParams: parameters } = result;
  const mode = parameters.get('sslmode');
  if (parameters.get('sslrootcert') === SYSTEM_ROOTS) parameters.delete('sslrootcert');
  // Without it `require` and `verify-ca` would be `verify-full`. It does not know `no-verify`.
  if (mode !== null && mode !== 'no-verify') parameters.set('uselibpqcompat', 'true');
  // Last: where an option is there twice, the later one counts.
  const all = [parameters.get('options'), options, ISOLATION].filter((some) => some !== null && some !== '');
  parameters.set('options', all.join(' '));
  return result.href;
}

/** `host:port/database as user`: where `pg` goes with this URL and the PG… variables, without any password. */
export function describeDatabase(url: string): string {
  const { host, port, database, user } = new pg.Client({ connectionString: driverUrl(url) });
  return `${host}:${port}/${database} as ${user}`.replace(/\p{Cc}/gu, '?');
}
