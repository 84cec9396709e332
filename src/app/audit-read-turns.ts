import { Injectable } from '@nestjs/common';
import { AuditTurns } from '../audit/application/audit-turns.port.ts';
import { ReadTurns } from '../../libs/kernel/turns.ts';

/** The turns of reads that go through much of a history. */
@Injectable()
export class AuditReadTurns extends AuditTurns {
  constructor(private readonly reads: ReadTurns) {
    super();
  }

  run<T>(appId: string, read: () => Promise<T>): Promise<T> {
    return this.reads.runCostly(appId, read);
  }
}
