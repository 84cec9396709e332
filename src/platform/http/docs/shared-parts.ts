import type { OpenAPIObject } from '@nestjs/swagger';
import { operationsOf } from './operations.ts';

interface Part {
  readonly $ref?: string;
  readonly description?: string;
  readonly headers?: Readonly<Record<string, Part>>;
}

interface Operation {
  readonly responses: Record<string, Part>;
}

/**
 * Gives what several operations have alike a name of its own, so that readers and generated clients have it once: headers
 * by their names, failures by their codes (`CustomerNotFound`, `EmbedSessionInvalidOrEmbedSessionExpired`).
 */
export function shareParts(document: OpenAPIObject): OpenAPIObject {
  const operations = operationsOf<Operation>(document);
  const headers = new SharedParts('headers', operations.flatMap(headersOf));
  for (const { responses } of operations) {
    for (const [status, response] of Object.entries(responses)) {
      const own = Object.entries(response.headers ?? {}).map(([name, header]) => [name, headers.share(name, header)]);
      responses[status] = { ...response, headers: Object.fromEntries(own) as Record<string, Part> };
    }
  }
  const failures = new SharedParts('responses', operations.flatMap(failuresOf));
  for (const { responses } of operations) {
    for (const [status, response] of Object.entries(responses))
      if (isFailure(status)) responses[status] = failures.share(nameOfFailure(response), response);
  }
  const shared = { headers: headers.byName(), responses: failures.byName() } as object;
  return { ...document, components: { ...document.components, ...shared } };
}

type NamedPart = readonly [name: string, part: Part];

/** The parts of one kind: of several with one name the most frequent has it, and the others stay where they are. */
class SharedParts {
  private readonly parts = new Map<string, Part>();

  constructor(
    private readonly kind: string,
    all: readonly NamedPart[],
  ) {
    const count = (part: Part): number => all.filter(([, other]) => areEqual(part, other)).length;
    for (const [name, part] of all) {
      const best = this.parts.get(name);
      if (best === undefined || (!areEqual(best, part) && count(part) > count(best))) this.parts.set(name, part);
    }
  }

  share(name: string, part: Part): Part {
    return areEqual(this.parts.get(name), part) ? { $ref: `#/components/${this.kind}/${name}` } : part;
  }

  byName(): object {
    return Object.fromEntries(this.parts);
  }
}

const headersOf = ({ responses }: Operation): NamedPart[] =>
  Object.values(responses).flatMap(({ headers = {} }) => Object.entries(headers));

const failuresOf = ({ responses }: Operation): NamedPart[] =>
  Object.entries(responses)
    .filter(([status]) => isFailure(status))
    .map(([, response]) => [nameOfFailure(response), response]);

const isFailure = (status: string): boolean => Number(status) >= 400;

/** The description of a failure lists its codes. */
const nameOfFailure = ({ description = '' }: Part): string => description.split(', ').map(pascalCase).join('Or');

const pascalCase = (code: string): string =>
  code.toLowerCase().replace(/(?:^|_)([a-z])/g, (_match, letter: string) => letter.toUpperCase());

const areEqual = (one: Part | undefined, other: Part): boolean => JSON.stringify(one) === JSON.stringify(other);
