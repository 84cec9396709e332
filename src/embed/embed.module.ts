import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { EmbedSessionStore } from './application/embed-session-store.port.ts';
import { EmbedSessions } from './application/embed-sessions.ts';
import { PageApps } from './application/page-apps.ts';
import { SessionAccess } from './application/session-access.ts';
import { SessionUses } from './application/session-uses.ts';
import { EmbedPageController } from './http/embed-page.controller.ts';
import { EmbedRenewalController } from './http/embed-renewal.controller.ts';
import { EmbedSessionsController } from './http/embed-sessions.controller.ts';
import { SessionGuard } from './http/session.guard.ts';
import { TypeormEmbedSessionStore } from './persistence/typeorm-embed-session-store.ts';

/** Its guard is global, and concerns the routes that want a session. */
@Module({
  controllers: [EmbedPageController, EmbedSessionsController, EmbedRenewalController],
  providers: [
    EmbedSessions,
    PageApps,
    SessionAccess,
    SessionUses,
    { provide: EmbedSessionStore, useClass: TypeormEmbedSessionStore },
    { provide: APP_GUARD, useClass: SessionGuard },
  ],
  exports: [EmbedSessions, SessionAccess],
})
export class EmbedModule {}
