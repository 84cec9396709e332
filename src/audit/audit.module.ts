import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuditTrail } from '../platform/audit/audit-trail.port.ts';
import { AppAudit } from './application/app-audit.ts';
import { AuditLog } from './application/audit-log.ts';
import { AuditNotes } from './application/audit-notes.ts';
import { AuditStore } from './application/audit-store.port.ts';
import { AuditController } from './http/audit.controller.ts';
import { ReadCountsGuard } from './http/read-counts.guard.ts';
import { TypeormAuditStore } from './persistence/typeorm-audit-store.ts';

/** Global: every slice may record what it does, by the port of platform/audit. */
@Global()
@Module({
  controllers: [AuditController],
  providers: [
    AppAudit,
    AuditLog,
    AuditNotes,
    { provide: AuditTrail, useExisting: AuditLog },
    { provide: AuditStore, useClass: TypeormAuditStore },
    { provide: APP_GUARD, useClass: ReadCountsGuard },
  ],
  exports: [AppAudit, AuditLog, AuditNotes, AuditTrail],
})
export class AuditModule {}
