import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ApiKeyStore } from './application/api-key-store.port.ts';
import { Authentication } from './application/authentication.ts';
import { KeyAdministration } from './application/key-administration.ts';
import { PublicKeys } from './application/public-keys.ts';
import { ApiKeyGuard } from './http/api-key.guard.ts';
import { WhoamiController } from './http/whoami.controller.ts';
import { TypeormApiKeyStore } from './persistence/typeorm-api-key-store.ts';

/** Its guard is global: a route wants a key unless it says otherwise. */
@Module({
  controllers: [WhoamiController],
  providers: [
    Authentication,
    KeyAdministration,
    PublicKeys,
    { provide: ApiKeyStore, useClass: TypeormApiKeyStore },
    { provide: APP_GUARD, useClass: ApiKeyGuard },
  ],
  exports: [Authentication, KeyAdministration, PublicKeys],
})
export class ApiKeysModule {}
