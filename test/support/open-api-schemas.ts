import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

interface Reference {
  readonly $ref?: string;
}

export interface DocumentedResponse extends Reference {
  readonly headers?: Readonly<Record<string, Reference & { readonly schema?: object }>>;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

export interface DocumentedOperation {
  readonly operationId: string;
  readonly summary?: string;
  readonly security?: readonly object[];
  readonly requestBody?: { readonly content: Readonly<Record<string, object>> };
  readonly responses: Readonly<Record<string, DocumentedResponse>>;
}

/** Where an operation of a document is reached. */
export interface FoundOperation extends DocumentedOperation {
  readonly method: string;
  readonly path: string;
}

/** Compares responses with an OpenAPI 3.1 document, whose schemas are JSON Schema 2020-12. */
export class OpenApiSchemas {
  readonly operations: ReadonlyMap<string, FoundOperation>;
  private readonly closed: object;
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  private readonly validators = new Map<object, ValidateFunction>();

  constructor(private readonly document: object) {
    (addFormats as unknown as (ajv: Ajv2020) => void)(this.ajv);
    const { paths, components } = document as { paths: Record<string, object>; components: object };
    this.closed = closed(components);
    const all = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ ...(operation as DocumentedOperation), method, path })),
    );
    this.operations = new Map(all.map((operation) => [operation.operationId, operation]));
  }

  operationAt(method: string, path: string): FoundOperation {
    const found = [...this.operations.values()].find((one) => one.method === method && one.path === path);
    if (found === undefined) throw new Error(`the document has no ${method} ${path}`);
    return found;
  }

  response({ operationId, responses }: DocumentedOperation, status: number): DocumentedResponse {
    const response = responses[status];
    if (response === undefined) throw new Error(`the document has no ${status} of ${operationId}`);
    return this.resolved(response);
  }

  /** What of a body is not as the document says; nothing that it does not describe may be there. */
  problems(operation: DocumentedOperation, status: number, mediaType: string, body: unknown): unknown[] {
    const schema = this.response(operation, status).content?.[mediaType]?.schema;
    if (schema === undefined) return [`the document has no ${mediaType} of ${status} of ${operation.operationId}`];
    let validate = this.validators.get(schema);
    if (validate === undefined) {
      validate = this.ajv.compile({ ...closed(schema), components: this.closed });
      this.validators.set(schema, validate);
    }
    validate(body);
    return validate.errors ?? [];
  }

  private resolved<T extends Reference>(part: T): T {
    if (part.$ref === undefined) return part;
    const steps = part.$ref.split('/').slice(1);
    return steps.reduce((node, step) => (node as Record<string, unknown>)[step], this.document as unknown) as T;
  }
}

const closed = (schema: object): object =>
  JSON.parse(JSON.stringify(schema), (_key, node: unknown) => {
    const isOpen =
      typeof node === 'object' && node !== null && 'properties' in node && !('additionalProperties' in node);
    return isOpen ? { ...node, additionalProperties: false } : node;
  }) as object;
