import type { DynamicModule, FactoryProvider, ModuleMetadata, OnApplicationShutdown } from '@nestjs/common';
import { CustomerEvents } from './customer-events.ts';
import type { SentEvent } from './event.ts';
import type { CustomerEventsOptions, OnUndelivered } from './options.ts';

export interface CustomerEventsModuleOptions extends CustomerEventsOptions {
  /** Needed for `enqueue`. */
  readonly onUndelivered?: OnUndelivered | undefined;
  /** How long the shutdown waits for what is queued (30,000). */
  readonly closeTimeoutMs?: number | undefined;
  /** Told of what was not delivered when the application has shut down; what it returns is waited for. */
  readonly onClosed?: ((undelivered: SentEvent[]) => unknown) | undefined;
}

export interface CustomerEventsModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: FactoryProvider['inject'];
  // As Nest's own factories: it gets what `inject` names.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly useFactory: (...args: any[]) => CustomerEventsModuleOptions | Promise<CustomerEventsModuleOptions>;
}

const OPTIONS = Symbol('options of CustomerEventsModule');
const SHUTDOWN = Symbol('shutdown of CustomerEventsModule');

/**
 * Gives every module the one `CustomerEvents`, and closes it in `onApplicationShutdown`: the application calls
 * `app.enableShutdownHooks()`.
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
        {
          provide: CustomerEvents,
          useFactory: (options: CustomerEventsModuleOptions) => new CustomerEvents(options),
          inject: [OPTIONS],
        },
        { provide: SHUTDOWN, useFactory: shutdown, inject: [CustomerEvents, OPTIONS] },
      ],
      exports: [CustomerEvents],
    };
  }
}

const shutdown = (client: CustomerEvents, options: CustomerEventsModuleOptions): OnApplicationShutdown => ({
  onApplicationShutdown: async () => {
    const undelivered = await client.close({ timeoutMs: options.closeTimeoutMs });
    await options.onClosed?.(undelivered);
  },
});
