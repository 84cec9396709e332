import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { socketFolder } from './socket-folder.ts';

const NOBODY = 65_534;
const OTHER = 65_533;
const asRoot = process.getuid?.() === 0;
const ifRoot = asRoot ? it : it.failing;
const requireRoot = (): void => {
  if (!asRoot) throw new Error('only root can give a folder to another account');
};
const LONG = 'long-'.repeat(20);

describe('the folder of the socket of the embedded PostgreSQL', () => {
  let temporary: string;
  let tmpdirBefore: string | undefined;
  const own = { name: userInfo().username };
  const home = (): string => join(temporary, LONG);
  /** Where it is looked for. */
  const foreseen = (): string => {
    const folder = socketFolder(home(), own);
    rmSync(folder, { recursive: true });
    return folder;
  };
  const refusal = (account = own): string => {
    try {
      socketFolder(home(), account);
    } catch (error) {
      expect(error).toBeInstanceOf(EmbeddedPostgresError);
      return (error as Error).message;
    }
    throw new Error('it was used');
  };

  beforeEach(() => {
    temporary = mkdtempSync(join(tmpdir(), 'socket-folder-'));
    tmpdirBefore = process.env.TMPDIR;
    process.env.TMPDIR = temporary;
    mkdirSync(home());
  });
  afterEach(() => {
    if (tmpdirBefore === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = tmpdirBefore;
    rmSync(temporary, { recursive: true, force: true });
  });

  it('is in the home where a socket fits there, counted in bytes', () => {
    mkdirSync(join(temporary, 'h'));
    expect(socketFolder(join(temporary, 'h'), own)).toBe(join(temporary, 'h', 'run'));
    const accented = join(temporary, 'é'.repeat(40));
    mkdirSync(accented);
    expect(accented.length).toBeLessThan(80);
    expect(socketFolder(accented, own)).not.toContain('é');
  });

  it('is made in the temporary folder for the account alone, and found again', () => {
    const folder = socketFolder(home(), own);
    expect(basename(folder)).toMatch(/^pg-[0-9a-f]{16}$/);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(socketFolder(home(), own)).toBe(folder);
  });

  it.each(['777', '710', '701'])('is refused with mode %s, which others could use', (mode) => {
    const folder = foreseen();
    mkdirSync(folder);
    chmodSync(folder, Number.parseInt(mode, 8));
    expect(refusal()).toBe(
      `The embedded PostgreSQL would have its socket in ${folder}, which gives rights to other users (mode ${mode}): somebody else may have put it there. ` +
        'Remove it, set DATA_DIR to a shorter path, or set DATABASE_URL to a PostgreSQL of your own.',
    );
  });

  it('is refused where a symbolic link stands there, even to a folder of the account', () => {
    const folder = foreseen();
    mkdirSync(join(temporary, 'elsewhere'), { mode: 0o700 });
    symlinkSync('elsewhere', folder);
    expect(refusal()).toContain(`${folder}, which is no folder, or a link to one: `);
    expect(readdirSync(join(temporary, 'elsewhere'))).toEqual([]);
  });

  ifRoot('is refused where another account has made it, whatever its rights', () => {
    requireRoot();
    const folder = foreseen();
    mkdirSync(folder, { mode: 0o700 });
    chownSync(folder, OTHER, OTHER);
    expect(refusal()).toContain(`${folder}, which belongs to user id ${OTHER}, not to ${own.name}: `);
    expect(refusal({ name: 'nobody', uid: NOBODY, gid: NOBODY } as typeof own)).toContain(
      `which belongs to user id ${OTHER}, not to nobody: `,
    );
    expect(statSync(folder).uid).toBe(OTHER);
  });

  ifRoot(
    'is given by root to the account under which PostgreSQL runs, also where an earlier start did not come to that',
    () => {
      requireRoot();
      const folder = foreseen();
      const nobody = { name: 'nobody', uid: NOBODY, gid: NOBODY };
      mkdirSync(folder, { mode: 0o700 });
      for (let start = 0; start < 2; start++) {
        expect(socketFolder(home(), nobody)).toBe(folder);
        expect(statSync(folder)).toMatchObject({ uid: NOBODY, gid: NOBODY });
      }
    },
  );

  ifRoot('does not give away what a link of another account leads to', () => {
    requireRoot();
    const folder = foreseen();
    const precious = join(temporary, 'precious');
    mkdirSync(precious, { mode: 0o700 });
    symlinkSync('precious', folder);
    lchownSync(folder, OTHER, OTHER);
    refusal({ name: 'nobody', uid: NOBODY, gid: NOBODY } as typeof own);
    expect(statSync(precious).uid).toBe(0);
  });
});
