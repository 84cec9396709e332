import type { ErrorDetails, RecordError } from '../errors.ts';

/** Exit statuses, as those of `cli import`. */
export const REFUSED = 2;
export const FAILED = 1;
export const INTERRUPTED = 130;

/** Of a refusal, what people see of it on one line. */
export function refusalText(refusal: {
  readonly code: string;
  readonly message: string;
  readonly details?: ErrorDetails | undefined;
}): string {
  const { code, message, details } = refusal;
  return `${code}: ${message}${details === undefined ? '' : ` ${JSON.stringify(details)}`}`;
}

/** Whether the event was refused, and not the key or the address: then others may be taken. */
export const isOfTheEvent = (code: string): boolean => !/^(AUTH_|HTTP_)|^NOT_FOUND$|^METHOD_NOT_ALLOWED$/.test(code);

/**
 * Whether an event that was refused is stored already, as what it is. The client gives an event without an instant the
 * present one, which is another each time; for the service an absent instant equals any.
 *
 * @param hasInstant whether the caller gave one
 */
export const isReplay = ({ code, details }: RecordError, hasInstant: boolean): boolean =>
  code === 'EVENT_ID_CONFLICT' && !hasInstant && Object.keys(details ?? {}).join() === 'occurredAt';
