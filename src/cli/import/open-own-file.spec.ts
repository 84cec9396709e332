import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  linkSync,
  lchownSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { invalidFields } from '../../../libs/kernel/input-error.ts';
import { openOwnFile } from '../open-own-file.ts';
import { REJECTED_EVENTS, RejectedFile } from './rejected-file.ts';

const NOBODY = 65_534;
const asRoot = process.getuid?.() === 0;
const ifRoot = asRoot ? it : it.failing;
const requireRoot = (): void => {
  if (!asRoot) throw new Error('only root can give a file to another account');
};

describe('a file that the import command writes', () => {
  let folder: string;
  let umaskBefore: number;
  const path = (name: string): string => join(folder, name);
  const modeOf = (name: string): number => statSync(path(name)).mode & 0o777;
  const open = (name: string) =>
    openOwnFile(path(name), { purpose: 'It cannot be written', option: '--file' }, (text) => text.startsWith('own'));
  const opened = (name: string): number => {
    const { file, size } = open(name);
    closeSync(file);
    return size;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'own-file-'));
    umaskBefore = process.umask(0);
  });
  afterEach(() => {
    process.umask(umaskBefore);
    rmSync(folder, { recursive: true, force: true });
  });

  it('is made for its owner only, also where the umask is 0', () => {
    expect(opened('new')).toBe(0);
    expect(modeOf('new')).toBe(0o600);
  });

  it('is taken from others where it was open to them, and keeps what stands in it', () => {
    writeFileSync(path('old'), 'own content');
    chmodSync(path('old'), 0o644);
    expect(opened('old')).toBe(11);
    expect(modeOf('old')).toBe(0o600);
    expect(readFileSync(path('old'), 'utf8')).toBe('own content');
  });

  it('is refused where it has other content, which stays, and so do its rights', () => {
    writeFileSync(path('precious'), 'of somebody else');
    chmodSync(path('precious'), 0o644);
    expect(() => open('precious')).toThrow(
      `It cannot be written to ${path('precious')} (a file of other content is there already): name another one with --file`,
    );
    expect(modeOf('precious')).toBe(0o644);
    expect(readFileSync(path('precious'), 'utf8')).toBe('of somebody else');
  });

  it('is refused where a symbolic link stands there, whether or not it leads to a file', () => {
    writeFileSync(path('target'), '');
    symlinkSync(path('target'), path('link'));
    symlinkSync(path('nothing'), path('dangling'));
    for (const name of ['link', 'dangling']) expect(() => open(name)).toThrow(/\(it is a symbolic link\)/);
    expect(readFileSync(path('target'), 'utf8')).toBe('');
  });

  it('is refused where it has a second name, through which somebody else may read it', () => {
    writeFileSync(path('old'), 'own content');
    linkSync(path('old'), path('second'));
    expect(() => open('old')).toThrow(/\(it is a hard link: the file has 2 names\): name another one with --file$/);
  });

  ifRoot('is refused where another account owns it, and that account is not given anything', () => {
    requireRoot();
    writeFileSync(path('planted'), '');
    chownSync(path('planted'), NOBODY, NOBODY);
    expect(() => open('planted')).toThrow(/\(it belongs to another account\): name another one with --file$/);
  });

  it('is refused at once where a pipe stands there that nobody reads', () => {
    spawnSync('mkfifo', [path('pipe')]);
    expect(() => open('pipe')).toThrow(/\(nobody reads from it\)/);
  });

  it('may be a pipe that somebody reads', () => {
    spawnSync('mkfifo', [path('pipe')]);
    const reader = openSync(path('pipe'), constants.O_RDONLY | constants.O_NONBLOCK);
    const { file, isFile } = open('pipe');
    expect(isFile).toBe(false);
    closeSync(file);
    closeSync(reader);
  });

  ifRoot('is refused where a pipe stands there that another account reads, or a link of its to one', () => {
    requireRoot();
    spawnSync('mkfifo', [path('pipe')]);
    chownSync(path('pipe'), NOBODY, NOBODY);
    symlinkSync('pipe', path('link'));
    lchownSync(path('link'), NOBODY, NOBODY);
    const reader = openSync(path('pipe'), constants.O_RDONLY | constants.O_NONBLOCK);
    expect(() => open('pipe')).toThrow(/\(it belongs to another account\)/);
    expect(() => open('link')).toThrow(/\(it is a symbolic link\)/);
    closeSync(reader);
  });

  it('may be /dev/null', () => {
    const { file, isFile } = openOwnFile('/dev/null', { purpose: '', option: '--file' }, () => false);
    expect(isFile).toBe(false);
    closeSync(file);
  });

  describe('of rejected lines', () => {
    const EARLIER = '{"rejected":{"line":1}}\n{"rejected":{"line":2}}\n';
    const rejection = { line: { number: 7, content: () => ({ json: '{}' }) }, reason: invalidFields({}) };
    const file = (): RejectedFile<typeof rejection.line> =>
      new RejectedFile(path('rejected'), '--rejected', REJECTED_EVENTS);
    const content = (): string => readFileSync(path('rejected'), 'utf8');
    beforeEach(() => writeFileSync(path('rejected'), EARLIER, { mode: 0o600 }));

    it('keeps those of an earlier run until there is one to write', () => {
      const rejected = file();
      rejected.begin(0);
      rejected.write([]);
      expect(content()).toBe(EARLIER);
      rejected.write([rejection]);
      rejected.close();
      expect(content()).toMatch(/^\{"rejected":\{"line":7,.*\}\n$/);
    });

    it('is left as it was by a run that rejects nothing', () => {
      const rejected = file();
      rejected.begin(0);
      rejected.close();
      expect(content()).toBe(EARLIER);
    });

    it('loses, when an import is resumed, what a chunk has left that is imported again', () => {
      const kept = EARLIER.indexOf('\n') + 1;
      const rejected = file();
      rejected.begin(kept);
      rejected.close();
      expect(content()).toBe(EARLIER.slice(0, kept));
    });

    it('is not there after a run that rejects nothing, where there was none', () => {
      rmSync(path('rejected'));
      const rejected = file();
      rejected.begin(0);
      rejected.close();
      expect(() => content()).toThrow(/ENOENT/);
    });
  });
});
