import type { DynamicModule, FactoryProvider, ModuleMetadata, OnApplicationShutdown } from '@nestjs/common';
import { CustomerEvents } from './customer-events.ts';
import type { CustomerEventsOptions, OnUndelivered } from './options.ts';

export interface CustomerEventsModuleOptions extends CustomerEventsOptions {
  /** Needed for `enqueue`. */
  readonly onUndelivered?: OnUndelivered | undefined;
  /** How long the shutdown waits for what is queued, in milliseconds (30,000). */
  readonly closeTimeoutMs?: number | undefined;
  /** A file to the end of which the shutdown adds what was not delivered, as `writeUndelivered` does. */
  readonly undeliveredFile?: string | undefined;
}

export interface CustomerEventsModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** What the factory gets. */
  readonly inject?: FactoryProvider['inject'];
  // The types of what is injected are those of the application, as in Nest's own factories.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly useFactory: (...injected: any[]) => CustomerEventsModuleOptions | Promise<CustomerEventsModuleOptions>;
}

const OPTIONS = Symbol('the options of CustomerEventsModule');
const SHUTDOWN = Symbol('the shutdown of CustomerEventsModule');

/**
 * Gives all modules one `CustomerEvents`, and closes it in `onApplicationShutdown`, which Nest calls by `app.close()`,
 * and on signals where the application has called `app.enableShutdownHooks()`.
 */
export class CustomerEventsModule {
  static forRoot(options: CustomerEventsModuleOptions): DynamicModule {
    return CustomerEventsModule.forRootAsync({ useFactory: () => options });
  }

  static forRootAsync({ imports, inject, useFactory }: CustomerEventsModuleAsyncOptions): DynamicModule {
    return {
      module: CustomerEventsModule,
      global: true,
      imports: imports ?? [],
      providers: [
        { provide: OPTIONS, useFactory, inject: inject ?? [] },
        { provide: CustomerEvents, useFactory: clientOf, inject: [OPTIONS] },
        { provide: SHUTDOWN, useFactory: shutdownOf, inject: [CustomerEvents, OPTIONS] },
      ],
      exports: [CustomerEvents],
    };
  }
}

const clientOf = (options: CustomerEventsModuleOptions): CustomerEvents => new CustomerEvents(options);

const shutdownOf = (client: CustomerEvents, options: CustomerEventsModuleOptions): OnApplicationShutdown => ({
  onApplicationShutdown: async () => {
    await client.close({ timeoutMs: options.closeTimeoutMs });
    if (options.undeliveredFile !== undefined) await client.writeUndelivered(options.undeliveredFile);
  },
});
