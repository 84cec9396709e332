/**
 * What the benchmark uses of the packages that only bench/package.json has. Declared here, so that
 * the types are checked where those packages are not installed.
 */
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events';

  interface Request {
    method: string;
    path: string;
    headers: Record<string, string>;
    body?: string;
  }
  interface Client extends EventEmitter {
    setRequests(requests: Request[]): void;
    /** The bytes of the next request, just before they are sent. */
    getRequestBuffer(): Buffer;
  }
  interface Options {
    url: string;
    connections: number;
    /** Seconds. */
    duration: number;
    /** Seconds within which a response must come. */
    timeout: number;
    /** Requests a second, over all connections. */
    overallRate?: number;
    setupClient(client: Client): void;
  }
  interface Result {
    errors: number;
    timeouts: number;
    non2xx: number;
    statusCodeStats: Record<string, { count: number }>;
  }
  interface Instance extends EventEmitter {
    then: PromiseLike<Result>['then'];
  }
  function autocannon(options: Options): Instance;
  export { autocannon as default };
  export type { Client, Request, Result };
}

declare module 'fastify' {
  interface Reply {
    code(status: number): Reply;
    send(body: unknown): Reply;
  }
  interface App {
    post<Body>(path: string, handler: (request: { body: Body }, reply: Reply) => Promise<unknown>): void;
    listen(options: { host: string; port: number }): Promise<string>;
  }
  export function fastify(): App;
}

declare module 'parse-server' {
  import type { RequestHandler } from 'express';

  export class ParseServer {
    constructor(options: Record<string, unknown>);
    readonly app: RequestHandler;
    start(): Promise<this>;
  }
}

declare module 'pg-copy-streams' {
  import type { Submittable } from 'pg';
  import type { Writable } from 'node:stream';

  export function from(sql: string): Writable & Submittable;
}

declare module '@nestjs/typeorm' {
  import type { DynamicModule } from '@nestjs/common';
  import type { DataSourceOptions } from 'typeorm';

  export class TypeOrmModule {
    static forRoot(options: DataSourceOptions & { autoLoadEntities?: boolean }): DynamicModule;
    static forFeature(entities: (new () => object)[]): DynamicModule;
  }
  export function InjectRepository(entity: new () => object): ParameterDecorator;
}
