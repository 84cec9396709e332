import type { Customer } from './customer.ts';

/** Behind which a walk over the customers of an app goes on: they are ordered by (`createdAt`, `id`). */
export type CustomerPosition = Pick<Customer, 'createdAt' | 'id'>;
