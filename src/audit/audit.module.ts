import { Global, Module } from '@nestjs/common';
import { AuditTrail } from '../platform/audit/audit-trail.port.ts';
import { AuditLog } from './application/audit-log.ts';
import { AuditNotes } from './application/audit-notes.ts';
import { AuditStore } from './application/audit-store.port.ts';
import { TypeormAuditStore } from './persistence/typeorm-audit-store.ts';

/** Global: every slice may record what it does, by the port of platform/audit. */
@Global()
@Module({
  providers: [
    AuditLog,
    AuditNotes,
    { provide: AuditTrail, useExisting: AuditLog },
    { provide: AuditStore, useClass: TypeormAuditStore },
  ],
  exports: [AuditLog, AuditNotes, AuditTrail],
})
export class AuditModule {}
