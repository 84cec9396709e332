import { defineError, type DomainError } from './domain-error.ts';

/**
 * What is wrong with single fields: field name → problems, each of which goes on where the field's
 * name ends ("must be a string"). Made by {@link fieldErrors}, so that a field named `__proto__` is
 * a field like any other.
 */
export type FieldErrors = Record<string, string[]>;

/** An empty {@link FieldErrors}, without a prototype that a hostile field name could reach. */
export function fieldErrors(): FieldErrors {
  return Object.create(null) as FieldErrors;
}

/** A field may have an empty name. */
const shownName = (field: string): string => (field === '' ? '""' : field);

export const invalidFields = defineError(
  'invalid',
  'VALIDATION_ERROR',
  (errors: Readonly<FieldErrors>) => ({
    message: `The request is not valid: ${Object.keys(errors).map(shownName).join(', ')}`,
    details: errors,
  }),
  { occuredAt: ['is not a known field; did you mean occurredAt?'] },
);

/** {@link invalidFields} of a single field. */
export const invalidField = (field: string, problem: string): DomainError => invalidFields({ [field]: [problem] });

export const fieldTooLarge = defineError(
  'too-large',
  'PAYLOAD_TOO_LARGE',
  (field: string, limit: number) => ({
    message: `The ${field} may have at most ${limit} bytes of JSON`,
    details: { field, limit },
  }),
  'payload',
  65_536,
);
