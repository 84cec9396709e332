import { defineError } from '../../../libs/kernel/domain-error.ts';

/** The same code as everywhere for a customer that is not there; this one may have been looked for by e-mail address. */
export const sessionCustomerNotFound = defineError('not-found', 'CUSTOMER_NOT_FOUND', () => ({
  message: 'There is no customer with this external id or e-mail address; create the customer first',
}));

export const sessionNotFound = defineError('not-found', 'NOT_FOUND', () => ({
  message: 'There is no embed session with this id',
}));

/** Nobody could say in time whether it is one: no refusal of the session. */
export const tooManySessionLookups = defineError('unavailable', 'SERVICE_UNAVAILABLE', () => ({
  message: 'Too many session tokens that were never used here are being looked up; send the request again',
}));
