import { defineError } from './domain-error.ts';

/** What must hold of the version of something before it is changed. What is left out is not asked. */
export interface Preconditions {
  /** One of these versions is the present one; `any`: there is one. */
  readonly isOneOf?: readonly string[] | 'any' | undefined;
  /** There is none yet. */
  readonly isNone?: boolean | undefined;
}

export const NO_PRECONDITIONS: Preconditions = {};

export const preconditionFailed = defineError(
  'precondition-failed',
  'PRECONDITION_FAILED',
  (message: string) => ({ message }),
  'It has another version by now; read it again, and send the version that was read',
);

/**
 * @param present the present version; null: there is none.
 * @throws PRECONDITION_FAILED
 */
export function requirePreconditions({ isOneOf, isNone = false }: Preconditions, present: string | null): void {
  if (isNone && present !== null) throw preconditionFailed('It is there already, and was to be created only');
  if (isOneOf === undefined) return;
  if (present === null)
    throw preconditionFailed('It is not there, and was to be changed only; leave the version out to create it');
  if (isOneOf === 'any' || isOneOf.includes(present)) return;
  throw preconditionFailed('It has another version by now; read it again, and send the version that was read');
}
