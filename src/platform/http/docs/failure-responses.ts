import { ApiProperty, getSchemaPath, type ApiPropertyOptions, type OpenAPIObject } from '@nestjs/swagger';
import {
  errorDefinitions,
  type DomainError,
  type ErrorDefinition,
  type ErrorKind,
} from '../../../../libs/kernel/domain-error.ts';
import { STATUS_OF_KIND } from '../errors/status-of-kind.ts';
import { RATE_LIMIT_HEADERS, REQUEST_ID_HEADER, RETRY_AFTER_HEADER } from './header-docs.ts';
import { operationsOf } from './operations.ts';

const HEADERS_OF_KIND: Readonly<Partial<Record<ErrorKind, object>>> = {
  'method-not-allowed': { Allow: { description: 'The methods that this route accepts.', schema: { type: 'string' } } },
  'too-many': { ...RETRY_AFTER_HEADER, ...RATE_LIMIT_HEADERS },
  unavailable: RETRY_AFTER_HEADER,
};

/** The codes as a property. {@link completeFailures} lists them: they are known when all modules are loaded. */
export const ERROR_CODE = {
  type: 'string',
  enum: [],
  enumName: 'ErrorCode',
  enumSchema: { description: 'Stable; what programs branch on. New ones may be added.' },
} satisfies ApiPropertyOptions;

/** The body of every failure. */
export class FailureResponse {
  @ApiProperty({ enum: [false] })
  success: boolean;

  @ApiProperty(ERROR_CODE)
  code: string;

  @ApiProperty({ description: 'For people; may change.' })
  message: string;

  @ApiProperty({
    description:
      'For a VALIDATION_ERROR: field → what is wrong with it. For a PAYLOAD_TOO_LARGE: the field and the limit in bytes.',
    selfRequired: false,
    type: 'object',
    additionalProperties: true,
  })
  details?: object;

  @ApiProperty({ format: 'date-time' })
  timestamp: string;
}

/** One response for each status that these failures have, with an example for each code. */
export function failureResponses(definitions: readonly ErrorDefinition[]): FailureDocs[] {
  const kinds = [...new Set(definitions.map(({ kind }) => kind))];
  return kinds.map((kind) =>
    failureDocs(
      kind,
      definitions.filter((definition) => definition.kind === kind),
    ),
  );
}

type FailureDocs = ReturnType<typeof failureDocs>;

function failureDocs(kind: ErrorKind, definitions: readonly ErrorDefinition[]) {
  const examples: Record<string, { value: object }> = {};
  for (const { code, example } of definitions) examples[code] ??= { value: exampleBody(example()) };
  return {
    status: STATUS_OF_KIND[kind],
    description: Object.keys(examples).join(', '),
    headers: { ...REQUEST_ID_HEADER, ...HEADERS_OF_KIND[kind] },
    content: { 'application/json': { schema: { $ref: getSchemaPath(FailureResponse) }, examples } },
  };
}

const exampleBody = ({ code, message, details }: DomainError): object => ({
  success: false,
  code,
  message,
  ...(details === undefined ? {} : { details: { ...details } }),
  timestamp: '2026-04-18T10:00:00.000Z',
});

/** What every route with a key, or with a session, can fail with, by the name of its security scheme. */
export type CommonFailures = Readonly<Record<string, readonly ErrorDefinition[]>>;

/** Adds what no decorator can know: all codes, and the failures and headers that every route with a key or session has. */
export function completeFailures(document: OpenAPIObject, common: CommonFailures): void {
  const codes = document.components?.schemas?.[ERROR_CODE.enumName] as { enum: string[] };
  codes.enum = [...new Set(errorDefinitions().map((definition) => definition.code))].sort();
  for (const operation of operationsOf<Operation>(document)) {
    const [scheme] = (operation.security ?? []).flatMap(Object.keys);
    if (scheme === undefined) continue;
    addRateLimitHeaders(operation.responses);
    addFailures(operation.responses, failureResponses(common[scheme] ?? []));
  }
}

interface Operation {
  readonly security?: readonly object[];
  readonly responses: Record<string, Omit<FailureDocs, 'status'> | undefined>;
}

function addRateLimitHeaders(successes: Operation['responses']): void {
  for (const [status, response] of Object.entries(successes)) {
    if (Number(status) < 400 && response !== undefined) Object.assign(response.headers, RATE_LIMIT_HEADERS);
  }
}

function addFailures(responses: Operation['responses'], failures: readonly FailureDocs[]): void {
  for (const { status, ...common } of failures) {
    const examples = {
      ...common.content['application/json'].examples,
      ...responses[status]?.content['application/json'].examples,
    };
    const json = { ...common.content['application/json'], examples };
    responses[status] = {
      ...common,
      description: Object.keys(examples).join(', '),
      content: { 'application/json': json },
    };
  }
}
