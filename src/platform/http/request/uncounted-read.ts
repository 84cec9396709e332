import { SetMetadata, type CustomDecorator } from '@nestjs/common';

export const UNCOUNTED_READ = 'uncounted-read';

/**
 * Every route that needs `customers:read` or `timeline:read` counts as a read of customer data in the audit
 * (`customer.read.bulk`), unless it is marked by this: because it records an entry of its own, or gives out nothing of a
 * customer.
 */
export const UncountedRead = (): CustomDecorator => SetMetadata(UNCOUNTED_READ, true);
