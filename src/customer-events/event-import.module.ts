import { Module } from '@nestjs/common';
import { CustomerEventStore } from './application/customer-event-store.port.ts';
import { CustomerEvents } from './application/customer-events.ts';
import { EventImport } from './application/event-import.ts';
import { COPY_OPTIONS, CustomerEventCopy, type CopyOptions } from './persistence/copy-customer-events.ts';
import { TypeormCustomerEventStore } from './persistence/typeorm-customer-event-store.ts';

const HISTORY: Partial<CopyOptions> = { isHistory: true };

/**
 * A module of its own, because an import has its own store: past the group commit. In one statement with it, a
 * live event would wait for a chunk of history.
 */
@Module({
  providers: [
    EventImport,
    CustomerEvents,
    CustomerEventCopy,
    { provide: COPY_OPTIONS, useValue: HISTORY },
    { provide: CustomerEventStore, useClass: TypeormCustomerEventStore },
  ],
  exports: [EventImport],
})
export class EventImportModule {}
