import { DomainError } from '../../../libs/kernel/domain-error.ts';

/** The codes of this slice's refusals; clients branch on them, so they never change. */
export type CustomerEventsErrorCode =
  | 'VALIDATION_ERROR'
  | 'CUSTOMER_NOT_FOUND'
  | 'CUSTOMER_EMAIL_EXISTS'
  | 'EVENT_ID_CONFLICT'
  | 'EVENT_ERASED'
  | 'NOT_FOUND'
  | 'SERVICE_UNAVAILABLE';

export type CustomerEventsError = DomainError<CustomerEventsErrorCode>;

const refusal = (
  code: CustomerEventsErrorCode,
  message: string,
  details?: Readonly<Record<string, unknown>>,
): CustomerEventsError => new DomainError(code, message, details);

/** @param details field → what is wrong with it. */
export const validationError = (details: Readonly<Record<string, string[]>>): CustomerEventsError =>
  refusal('VALIDATION_ERROR', `The request is not valid: ${Object.keys(details).join(', ')}`, details);

export const customerNotFound = (): CustomerEventsError =>
  refusal(
    'CUSTOMER_NOT_FOUND',
    'There is no customer with this external id; create it with PATCH /api/v1/customers/{externalId}',
  );

export const customerEmailExists = (): CustomerEventsError =>
  refusal('CUSTOMER_EMAIL_EXISTS', 'Another customer has this e-mail address', {
    email: ['is taken by another customer'],
  });

/** @param fields the names of the fields that differ; their values are not told. */
export const eventIdConflict = (fields: readonly string[]): CustomerEventsError =>
  refusal(
    'EVENT_ID_CONFLICT',
    'An event with this eventId exists already, with other content; a new event needs a new eventId',
    Object.fromEntries(fields.map((field) => [field, ['differs from the event stored under this eventId']])),
  );

export const eventErased = (): CustomerEventsError =>
  refusal(
    'EVENT_ERASED',
    'The event with this eventId was erased and may not come back; a new event needs a new eventId',
  );

export const eventRefused = (): CustomerEventsError => validationError({ event: ['cannot be stored by the database'] });

export const eventNotFound = (): CustomerEventsError => refusal('NOT_FOUND', 'This customer has no event with this id');

export const importStopped = (): CustomerEventsError =>
  refusal('SERVICE_UNAVAILABLE', 'The service is shutting down and has stopped this import');
