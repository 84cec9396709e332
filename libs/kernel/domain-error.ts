/**
 * What a refusal says about single fields: field name → what is wrong with it, and what to do.
 * Made by {@link fieldErrors}, so that a field named `__proto__` is a field like any other.
 */
export type FieldErrors = Record<string, string[]>;

/**
 * A refusal that is part of the product: a stable code that clients branch on, a message for
 * people, and details for programs. It knows nothing of HTTP; the outside translates the code.
 */
export class DomainError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: Code, message: string, details?: Readonly<Record<string, unknown>>) {
    super(message);
    this.name = 'DomainError';
    this.code = code;
    this.details = details;
  }
}

/** An empty {@link FieldErrors}, without a prototype that a hostile field name could reach. */
export function fieldErrors(): FieldErrors {
  return Object.create(null) as FieldErrors;
}
