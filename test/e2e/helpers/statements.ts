import { DataSource, type Logger } from 'typeorm';
import type { TestService } from '../../support/test-service.ts';

/** Collects the SQL that TypeORM sends, without the statements that only frame a transaction. */
class StatementLog implements Logger {
  readonly statements: string[] = [];

  logQuery(query: string): void {
    if (!/^\s*(START TRANSACTION|BEGIN|COMMIT|ROLLBACK)\b/i.test(query)) this.statements.push(query);
  }
  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}

/** The statements about customers and their events that the service runs meanwhile. */
export async function statementsDuring(service: TestService, work: () => Promise<unknown>): Promise<string[]> {
  const dataSource = service.app.get(DataSource);
  const before = dataSource.logger;
  const log = new StatementLog();
  dataSource.logger = log;
  try {
    await work();
  } finally {
    dataSource.logger = before;
  }
  return log.statements.filter((statement) => !statement.includes('api_keys'));
}
