/**
 * What went wrong, in terms that hold for every channel: HTTP makes a status of it, metrics and
 * commands ask for it. The precedent is gRPC's canonical codes.
 */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'method-not-allowed'
  | 'timeout'
  | 'conflict'
  | 'gone'
  | 'precondition-failed'
  | 'too-large'
  | 'unsupported'
  | 'too-many'
  | 'internal'
  | 'unavailable';

export interface ErrorContent {
  /** For people; it names no route and no header, which belong to HTTP. */
  readonly message: string;
  /** For programs. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** What is behind it, for the log only. */
  readonly cause?: unknown;
}

/**
 * A failure that is part of the product: a stable code that clients branch on, a kind, a message
 * for people, and details for programs. Make one with a definition: see {@link defineError}.
 */
export class DomainError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(kind: ErrorKind, code: string, { message, details, cause }: ErrorContent) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'DomainError';
    this.kind = kind;
    this.code = code;
    this.details = details;
  }
}

/** What is known of an error before it happens: enough to document it. */
export interface ErrorDefinition {
  readonly kind: ErrorKind;
  /** Clients branch on it, so it never changes. Several definitions may share one; they have one kind. */
  readonly code: string;
  example(): DomainError;
}

type ErrorClass<Content extends ErrorContent, E extends DomainError> = new (
  kind: ErrorKind,
  code: string,
  content: Content,
) => E;

const definitions: ErrorDefinition[] = [];

/** Every definition of the modules that are loaded. */
export const errorDefinitions = (): readonly ErrorDefinition[] => definitions;

/**
 * Defines an error: the function that makes it carries its kind, its code and an example. This is
 * all that a new code takes: HTTP's status, the OpenAPI document and the metrics follow from it.
 *
 * @param content what the error says, of the arguments that it is made with.
 * @param exampleArgs the arguments of the example.
 */
export const defineError = <Args extends unknown[]>(
  kind: ErrorKind,
  code: string,
  content: (...args: Args) => ErrorContent,
  ...exampleArgs: NoInfer<Args>
): ErrorDefinition & ((...args: Args) => DomainError) =>
  defineErrorOf(DomainError, kind, code, content, ...exampleArgs);

/** Like {@link defineError}, for errors of a subclass, which code can tell from others of the same kind. */
export function defineErrorOf<Args extends unknown[], Content extends ErrorContent, E extends DomainError>(
  errorClass: ErrorClass<Content, E>,
  kind: ErrorKind,
  code: string,
  content: (...args: Args) => Content,
  ...exampleArgs: NoInfer<Args>
): ErrorDefinition & ((...args: Args) => E) {
  const clash = definitions.find((other) => other.code === code && other.kind !== kind);
  if (clash !== undefined) throw new Error(`the error code ${code} is ${clash.kind} already, and cannot be ${kind}`);
  const make = (...args: Args): E => new errorClass(kind, code, content(...args));
  const definition = Object.assign(make, { kind, code, example: () => make(...exampleArgs) });
  definitions.push(definition);
  return definition;
}

/** What `work` returns, or the DomainError that it throws, as a value; anything else is thrown on. */
export function errorAsValue<T>(work: () => T): T | DomainError {
  try {
    return work();
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}
