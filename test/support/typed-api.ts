import { expect } from '@jest/globals';
import type { operations } from '../../client/src/service-api.ts';
import type { OpenApiSchemas } from './open-api-schemas.ts';

type OperationId = keyof operations;
type Responses<Id extends OperationId> = operations[Id]['responses'];
type ContentOf<Response> = Response extends { content: infer Content } ? Content : never;

/** A body as its media type has it: what is JSON as a value, all else as a text. */
type BodyOf<Id extends OperationId, Status extends keyof Responses<Id>> =
  ContentOf<Responses<Id>[Status]> extends { 'application/json': infer Json } ? Json : string;

type Given<T> = { [Key in keyof T as T[Key] extends undefined ? never : Key]: T[Key] };

/** What an operation takes, by the document: parameters by their places, and a body. */
export type RequestOf<Id extends OperationId> = Given<operations[Id]['parameters']> &
  (operations[Id] extends { requestBody: { content: infer Content } } ? { body: Content[keyof Content] } : object);

/** By which an operation is allowed, by the name of its security scheme. */
export type Credentials = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Calls a running service as its OpenAPI document says, and nothing else: methods, paths and credentials are from there. */
export class TypedApi {
  /** The operations that were called with success. */
  readonly called = new Set<string>();
  /** Every JSON body that came, with the name of its schema. */
  readonly bodies: [schema: string, body: unknown][] = [];

  constructor(
    private readonly url: string,
    private readonly schemas: OpenApiSchemas,
    readonly credentials: Record<string, Readonly<Record<string, string>>>,
  ) {}

  /** @returns the body of the response, which has this status and is as the document says. */
  async call<Id extends OperationId, Status extends keyof Responses<Id> & number>(
    id: Id,
    status: Status,
    request: RequestOf<Id>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<BodyOf<Id, Status>> {
    const response = await this.send(id, request as Parts, headers);
    const text = await response.text();
    expect({ status: response.status, text }).toEqual({ status, text: expect.any(String) });
    const body = this.checked(id, response, text);
    if (status < 400) this.called.add(id);
    return body as BodyOf<Id, Status>;
  }

  private async send(id: string, { path, query, header, body }: Parts, headers: object): Promise<Response> {
    const operation = this.schemas.operations.get(id);
    if (operation === undefined) throw new Error(`the document has no operation ${id}`);
    const { method, path: template, security = [], requestBody } = operation;
    const [scheme] = security.flatMap(Object.keys);
    const url = template.replace(/\{(\w+)\}/g, (_match, name: string) => encodeURIComponent(path?.[name] ?? ''));
    const sent = typeof body === 'string' ? body : JSON.stringify(body);
    return fetch(`${this.url}${url}?${queryString(query ?? {})}`, {
      method: method.toUpperCase(),
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': Object.keys(requestBody?.content ?? {})[0] as string }),
        ...(scheme === undefined ? {} : this.credentials[scheme]),
        ...header,
        ...headers,
      },
      ...(body === undefined ? {} : { body: sent }),
    });
  }

  private checked(id: string, response: Response, text: string): unknown {
    const operation = this.schemas.operations.get(id);
    if (operation === undefined) throw new Error(`the document has no operation ${id}`);
    const { headers = {}, content } = this.schemas.response(operation, response.status);
    for (const name of Object.keys(headers)) expect([name, response.headers.has(name)]).toEqual([name, true]);
    if (content === undefined) {
      expect(text).toBe('');
      return text;
    }
    const mediaType = (response.headers.get('content-type') ?? '').split(';')[0] as string;
    const values = valuesOf(mediaType, text);
    for (const value of values)
      expect([id, response.status, this.schemas.problems(operation, response.status, mediaType, value)]).toEqual([
        id,
        response.status,
        [],
      ]);
    if (mediaType !== 'application/json') return text;
    const { $ref = '' } = content[mediaType]?.schema as { $ref?: string };
    this.bodies.push([$ref.split('/').at(-1) as string, values[0]]);
    return values[0];
  }
}

interface Parts {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A list is a parameter that is given several times, which is what OpenAPI says by default. */
const queryString = (query: Readonly<Record<string, unknown>>): string =>
  new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) =>
      [value].flat().map((one): [string, string] => [name, String(one)]),
    ),
  ).toString();

function valuesOf(mediaType: string, text: string): unknown[] {
  if (mediaType === 'application/json') return [JSON.parse(text) as unknown];
  if (mediaType === 'application/x-ndjson')
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  return [text];
}
