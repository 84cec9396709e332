import { Injectable } from '@nestjs/common';
import { Authentication } from '../api-keys/application/authentication.ts';
import { PublicKeys } from '../api-keys/application/public-keys.ts';
import { ApiKeyRefused } from '../api-keys/domain/api-keys-error.ts';
import { CustomerDirectory } from '../customer-events/application/customer-directory.ts';
import { customerIdOf } from '../customer-events/domain/customer.ts';
import { ErasureKeys } from '../customer-events/domain/erasure-keys.ts';
import { SessionCustomers, type SessionCustomer } from '../embed/application/session-customers.port.ts';
import type { CustomerNamed } from '../embed/domain/customer-named.ts';
import { AppPublicKeys, type PageApp } from '../embed/application/app-public-keys.port.ts';
import { SessionKeys, type SessionKey } from '../embed/application/session-keys.port.ts';

/** What embed sessions need of customers. */
@Injectable()
export class CustomersForSessions extends SessionCustomers {
  constructor(
    private readonly directory: CustomerDirectory,
    private readonly keys: ErasureKeys,
  ) {
    super();
  }

  find(appId: string, named: CustomerNamed): Promise<SessionCustomer | null> {
    return 'email' in named
      ? this.directory.ofEmail(appId, named.email)
      : this.directory.customer(appId, customerIdOf(appId, named.externalId));
  }

  pseudonym(customerId: string): string {
    return this.keys.pseudonym(customerId);
  }

  viewerPseudonym(appId: string, address: string): string {
    return this.keys.viewerPseudonym(appId, address);
  }
}

/** What embed sessions need of the keys that make them. */
@Injectable()
export class KeysForSessions extends SessionKeys {
  constructor(private readonly authentication: Authentication) {
    super();
  }

  async usable(keyId: string): Promise<SessionKey | null> {
    try {
      return await this.authentication.requireUsable(keyId);
    } catch (error) {
      if (error instanceof ApiKeyRefused) return null;
      throw error;
    }
  }
}

/** By what the page knows the app. */
@Injectable()
export class PublicKeysForSessions extends AppPublicKeys {
  constructor(private readonly publicKeys: PublicKeys) {
    super();
  }

  of(appId: string): Promise<string> {
    return this.publicKeys.publicKeyOf(appId);
  }

  appOf(publicKey: string, address: string): Promise<PageApp | null> {
    return this.publicKeys.findAppOfPublicKey(publicKey, address);
  }
}
