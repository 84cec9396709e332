import type { CustomDecorator } from '@nestjs/common';
import { RouteMark } from './route-mark.ts';

export const UNCOUNTED_READ = new RouteMark<true>('uncounted-read');

/**
 * Every route that needs `customers:read` or `timeline:read` counts as a read of customer data in the audit
 * (`customer.read.bulk`), unless it is marked by this: because it records an entry of its own, or gives out nothing of a
 * customer.
 */
export const UncountedRead = (): CustomDecorator => UNCOUNTED_READ.as(true);
