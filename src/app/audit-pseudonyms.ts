import { Injectable } from '@nestjs/common';
import { CustomerPseudonyms } from '../audit/application/customer-pseudonyms.port.ts';
import { customerIdOf } from '../customer-events/domain/customer.ts';
import { ErasureKeys } from '../customer-events/domain/erasure-keys.ts';

/** By each secret, and by none: as erasures and exports have named the customer. */
@Injectable()
export class AuditPseudonyms extends CustomerPseudonyms {
  constructor(private readonly keys: ErasureKeys) {
    super();
  }

  of(appId: string, externalId: string): readonly string[] {
    return this.keys.pseudonyms(customerIdOf(appId, externalId));
  }
}
