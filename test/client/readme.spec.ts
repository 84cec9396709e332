import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { originOf, startTestService, type TestService } from '../support/test-service.ts';

const run = promisify(execFile);
const README = readFileSync('client/README.md', 'utf8');
const ADDRESS_IN_README = 'https://events.example.com';

/** The TypeScript below a heading of the README. */
function codeOf(heading: string): string {
  const section = README.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const blocks = [...section.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code);
  if (blocks.length === 0) throw new Error(`"${heading}" has no TypeScript`);
  return blocks.join('\n');
}

describe('the TypeScript of the README of the client', () => {
  let folder: string;
  let service: TestService;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'client-readme-'));
    mkdirSync(join(folder, 'node_modules/@customer-events'), { recursive: true });
    symlinkSync(resolve('client'), join(folder, 'node_modules/@customer-events/client'));
    for (const name of ['@nestjs', '@types'])
      symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name));
    service = await startTestService();
    // As one program; what closes the client comes last.
    const program = ['Record', 'Enqueue', 'Read', 'Close'].map(codeOf).join('\n');
    writeFileSync(join(folder, 'program.mts'), program.replaceAll(ADDRESS_IN_README, originOf(service)));
    writeFileSync(join(folder, 'nest.mts'), codeOf('Nest'));
  });
  afterAll(async () => {
    await service.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('compiles under strict, with the types of the package', () => {
    const program = ts.createProgram([join(folder, 'program.mts'), join(folder, 'nest.mts')], {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      exactOptionalPropertyTypes: true,
      experimentalDecorators: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ['node'],
      typeRoots: [join(folder, 'node_modules/@types')],
    });
    const host = { getCanonicalFileName: String, getCurrentDirectory: () => folder, getNewLine: () => '\n' };
    expect(ts.formatDiagnostics(ts.getPreEmitDiagnostics(program), host)).toBe('');
  }, 60_000);

  it('does what it says', async () => {
    const { outputText } = ts.transpileModule(readFileSync(join(folder, 'program.mts'), 'utf8'), {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    writeFileSync(join(folder, 'program.mjs'), outputText);
    const { stdout, stderr } = await run(process.execPath, ['program.mjs'], {
      cwd: folder,
      env: { ...process.env, CUSTOMER_EVENTS_KEY: service.key },
    });
    expect(stderr).toBe('');
    const lines = stdout.trim().split('\n');
    expect(lines.map((line) => line.split(' ').slice(1).join(' ')).sort()).toEqual([
      'order.paid {"total":99.90} 99.9',
      'order.placed {"orderId":"1042","total":99.9,"ledgerId":12345678901234567890} 99.9',
    ]);
    const { data } = (await service.get('/customers/user_42/events').expect(200)).body as {
      data: { events: { type: string }[] };
    };
    expect(data.events.map(({ type }) => type).sort()).toEqual(['order.paid', 'order.placed', 'page.viewed']);
  }, 60_000);
});
