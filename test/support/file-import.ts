import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { runImport, statusOf, type ImportOutcome } from '../../src/cli/import/import-command.ts';
import { withImportOptions, type ImportCommandOptions } from '../../src/cli/import/import-options.ts';
import type { ImportSummary } from '../../src/cli/import/import-summary.ts';
import { afterAll, beforeAll } from '@jest/globals';
import { startTestService, type TestService } from './test-service.ts';

const LIMITS = { maxPayloadBytes: 65_536, maxPayloadKeys: 1_000 };

export type Outcome = ImportOutcome & { readonly status: number };

/** Runs the import command in this process, on files in a folder of its own: a process for each file would take seconds. */
export class FileImport {
  private folder = '';
  private started: TestService | undefined;

  get service(): TestService {
    return this.started as TestService;
  }

  async open(settings: Record<string, string>): Promise<void> {
    this.folder = mkdtempSync(join(tmpdir(), 'file-import-'));
    this.started = await startTestService(settings);
  }

  async close(): Promise<void> {
    rmSync(this.folder, { recursive: true });
    await this.started?.close();
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string | Buffer): string {
    writeFileSync(this.path(name), content);
    return this.path(name);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** Into the app "acme", with the arguments as they are written after `import`. @throws {OperatorError} */
  async run(path: string, ...args: string[]): Promise<Outcome> {
    return this.runUntil(new AbortController().signal, path, ...args);
  }

  async runUntil(signal: AbortSignal, path: string, ...args: string[]): Promise<Outcome> {
    const command = withImportOptions(new Command('import').exitOverride().configureOutput({ writeErr: () => {} }));
    command.parse([path, '--app', 'acme', '--json', ...args], { from: 'user' });
    const outcome = await runImport(this.service.app, LIMITS, path, command.opts<ImportCommandOptions>(), signal);
    return { ...outcome, status: statusOf(outcome) };
  }

  /** What became of a file of events of this content. */
  async events(name: string, content: string | Buffer, ...args: string[]): Promise<ImportSummary> {
    const { events } = await this.run(this.write(name, content), ...args);
    if (events === undefined) throw new Error('there were no events');
    return events;
  }

  /** What became of a file of customers of this content. */
  async customers(name: string, content: string | Buffer, ...args: string[]): Promise<ImportSummary> {
    const { customers } = await this.run(this.write(name, content), '--customers-only', ...args);
    if (customers === undefined) throw new Error('there were no customers');
    return customers;
  }

  /** Type, instant, `eventId` and payload of each event of a customer, oldest first. */
  async stored(
    externalId: string,
  ): Promise<[type: string, occurredAt: string, eventId: string | null, payload: string][]> {
    const { text } = await this.service.get(`/customers/${externalId}/events/export`).expect(200);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const { type, occurredAt, eventId } = JSON.parse(line) as Record<string, string>;
        return [type ?? '', occurredAt ?? '', eventId ?? null, /"payload":(.*),"occurredAt":/.exec(line)?.[1] ?? ''];
      });
  }
}

/** An import into a service of its own, which is there while the tests of the `describe` around it run. */
export function useFileImport(settings: Record<string, string> = {}): FileImport {
  const files = new FileImport();
  beforeAll(() => files.open(settings));
  afterAll(() => files.close());
  return files;
}
