import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { program } from '../support/child.ts';
import { copyNewCluster } from '../support/new-cluster.ts';
import { servesAt, Workplace } from '../support/service-process.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { FULL } from '../support/drill.ts';

/** Processes start slowly where others keep the machine busy. */
jest.setTimeout(180_000);

/** Those that start an embedded database for little more than a line of output. */
const inFull = FULL ? it : it.skip;

describe('the database that is meant', () => {
  let workplace: Workplace;

  beforeEach(() => {
    workplace = new Workplace();
  });
  afterEach(() => workplace.close());

  const cli = (args: string[], settings: Record<string, string> = {}) => workplace.wholeCommand(args, settings);
  /** A command, or the service, that stops with one line, and leaves nothing behind. */
  const stopsWith = async (what: 'service' | string[], settings: Record<string, string>, line: RegExp) => {
    const outcome = await (what === 'service' ? workplace.refusedStart(settings) : workplace.command(what, settings));
    expect(outcome).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(`^${line.source}[^\n]*\n$`) });
    expect(existsSync(workplace.dataDir)).toBe(false);
  };

  it('is named by a command on stderr, in a line without the password, but for --json', async () => {
    const database = await createTestDatabase();
    try {
      const url = new URL(database.url);
      const place = `${url.searchParams.get('host') ?? url.hostname}:${url.port || 5432}${url.pathname}`;
      const settings = { DATABASE_URL: database.url };
      expect(await cli(['apps', 'list'], settings)).toEqual({
        code: 0,
        stdout: '',
        stderr: `Using the database ${place} as ${url.username}\n`,
      });
      expect(await cli(['apps', 'list', '--json'], settings)).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
    } finally {
      await database.drop();
    }
  });

  it('is made by migrate, and by no command that only uses it', async () => {
    const nothing = new RegExp(`There is no embedded PostgreSQL in ${workplace.dataDir}\\. Set DATA_DIR .*"npm start"`);
    await stopsWith(['apps', 'list'], {}, nothing);
    await stopsWith(['keys', 'create', '--app', 'demo', '--name', 'x', '--json'], {}, nothing);

    // What is left of a first start that was interrupted is no database either.
    mkdirSync(join(workplace.dataDir, 'postgres'), { recursive: true });
    expect(await cli(['apps', 'list'])).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(nothing) });
    expect(readdirSync(join(workplace.dataDir, 'postgres'))).not.toContain('cluster');

    const where = `Using the embedded database in ${workplace.dataDir}\n`;
    expect(await cli(['migrate'])).toMatchObject({ code: 0, stderr: where });
    expect(await cli(['apps', 'list'])).toEqual({ code: 0, stdout: '', stderr: where });
  });

  it('is made by import', async () => {
    copyNewCluster(workplace.dataDir);
    writeFileSync(join(workplace.folder, 'empty.ndjson'), '');
    // Nobody has made an app in it, so there is nothing to import into.
    expect(await cli(['import', 'empty.ndjson', '--app', 'demo'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `Using the embedded database in ${workplace.dataDir}\nThere is no app "demo"\n`,
    });
  });

  inFull('is not the embedded one in production, unless EMBEDDED=true says so', async () => {
    const off = /This setting cannot be used: DATABASE_URL is not set, .* Set DATABASE_URL, or EMBEDDED=true/;
    await stopsWith('service', { NODE_ENV: 'production' }, off);
    await stopsWith(['migrate'], { NODE_ENV: 'production' }, off);
    await stopsWith('service', { EMBEDDED: 'false' }, off);
    await servesAt(workplace.start({ NODE_ENV: 'production', EMBEDDED: 'true' }));
  });

  it('is not replaced by another one where its setting is misspelt', async () => {
    const misspelt = /This setting cannot be used: DATABASE_URI is not a setting; did you mean DATABASE_URL\?/;
    const settings = { DATABASE_URI: 'postgres://app:secret@db/events' };
    await stopsWith('service', settings, misspelt);
    await stopsWith(['migrate'], settings, misspelt);
    await stopsWith(
      ['apps', 'list'],
      { MIGRATIONS_DATABASE_URL: 'postgres://a@b/c' },
      /.*DATABASE_URL is not set, and/,
    );
    writeFileSync(join(workplace.folder, '.env'), 'PORTS=3001\nPOSTGRES_PASSWORD=x\nDATABASEURL=y\n');
    const service = workplace.start();
    expect(await service.ends()).toEqual({ code: 1, signal: null });
    expect(service.output()).toBe(
      'These settings cannot be used:\n' +
        '  DATABASEURL in .env is not a setting; did you mean DATABASE_URL?\n' +
        '  PORTS in .env is not a setting; did you mean PORT?\n',
    );
  });

  it('is not replaced by another one where .env cannot be read', async () => {
    const envFile = join(workplace.folder, '.env');
    // What a container engine makes of a file that it was to mount, and does not find.
    mkdirSync(envFile);
    const unreadable =
      /This setting cannot be used: the file \.env \(EISDIR\); make it a text file that this user can read/;
    await stopsWith('service', {}, unreadable);
    await stopsWith(['migrate'], {}, unreadable);
    rmSync(envFile, { recursive: true });
    writeFileSync(envFile, Buffer.from('\ufeffDATABASE_URL=postgres://app@db/events\n', 'utf16le'));
    await stopsWith('service', {}, /This setting cannot be used: the file \.env is no text in UTF-8; save it in UTF-8/);
    writeFileSync(envFile, 'INIT_APP=Z\xfcrich\n', 'latin1');
    await stopsWith('service', {}, /This setting cannot be used: the file \.env is no text in UTF-8/);
  });

  it('is found where .env begins with the mark of UTF-8, as from an editor of Windows', async () => {
    writeFileSync(join(workplace.folder, '.env'), '\ufeffDATABASE_URL=x\r\nPORT=80x\r\n');
    const { stderr } = await workplace.refusedStart({ PORT: '0' });
    // What is set in the environment wins over the file.
    expect(stderr).toMatch(/^This setting cannot be used: DATABASE_URL must look like [^\n]*\n$/);
  });

  inFull('has warnings of other misspelt settings in its log, and on stderr of a command', async () => {
    const settings = { RATE_LIMIT: '1/1', PGSSLMODE: 'require' };
    const warning = 'RATE_LIMIT is not a setting; did you mean RATE_LIMITS?';
    // Not stopped by PGSSLMODE either, which says nothing of a Unix socket.
    const service = workplace.start(settings);
    await servesAt(service);
    await service.prints(/"level":"warn",.*"msg":"RATE_LIMIT is not a setting; did you mean RATE_LIMITS\?"/);
    expect((await cli(['apps', 'list'], settings)).stderr).toBe(
      `${warning}\nUsing the embedded database in ${workplace.dataDir}\n`,
    );
    expect((await cli(['apps', 'list', '--json'], settings)).stderr).toBe('');
  });

  inFull('is that of the service in the command that the first start prints', async () => {
    const dataDir = join(workplace.folder, "Ada's data");
    const service = workplace.start({ DATA_DIR: dataDir });
    const [, command] = (await service.prints(/^This key is shown only once\. More keys: (.*)$/m)) as unknown as [
      string,
      string,
    ];
    expect(command).toMatch(/^DATA_DIR='.*' npm run --silent cli -- keys create --app demo --name mine$/);
    const node = [process.execPath, ...program('src/cli.js')].map((word) => `'${word}'`).join(' ');
    // Instead of npm, which would look for a project here.
    const { stdout, stderr } = spawnSync('sh', ['-c', `npm() { shift 4; ${node} "$@"; }\n${command}`], {
      cwd: workplace.folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH },
    });
    expect({ stdout, stderr }).toEqual({
      stdout: expect.stringMatching(/^sk_live_agent_\w+\n$/),
      stderr: `Using the embedded database in ${dataDir}\n`,
    });
    service.kill('SIGTERM');
    await service.ends();
  });
});
