import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppDataStore } from './application/app-data-store.port.ts';
import { AppData } from './application/app-data.ts';
import { CustomerDirectoryStore } from './application/customer-directory-store.port.ts';
import { CustomerDirectory } from './application/customer-directory.ts';
import { CustomerEventStore } from './application/customer-event-store.port.ts';
import { CustomerEvents } from './application/customer-events.ts';
import { CustomerStore } from './application/customer-store.port.ts';
import { Customers } from './application/customers.ts';
import { DisplayedTimeline } from './application/displayed-timeline.ts';
import { ErasedIdStore } from './application/erased-id-store.port.ts';
import { ErasedIds } from './application/erased-ids.ts';
import { ErasureReplay } from './application/erasure-replay.ts';
import { PurgeStore } from './application/purge-store.port.ts';
import { Purge } from './application/purge.ts';
import { SessionEvents } from './application/session-events.ts';
import { TicketContexts } from './application/ticket-contexts.ts';
import { TimelineEntries } from './application/timeline-entries.ts';
import { TimelineDays } from './application/timeline-days.ts';
import { TimelineHeads } from './application/timeline-heads.ts';
import { TimelineStore } from './application/timeline-store.port.ts';
import { Timeline } from './application/timeline.ts';
import { EventImportModule } from './event-import.module.ts';
import { CustomerEventsController } from './http/customer-events.controller.ts';
import { EventImportController } from './http/event-import.controller.ts';
import { EmbedEntriesController } from './http/embed-entries.controller.ts';
import { EmbedDaysController } from './http/embed-days.controller.ts';
import { EmbedEventsController } from './http/embed-events.controller.ts';
import { EmbedHeadController } from './http/embed-head.controller.ts';
import { EventCounts } from './http/event-counts.ts';
import { CustomerDirectoryController } from './http/customer-directory.controller.ts';
import { CustomersController } from './http/customers.controller.ts';
import { TicketContextController } from './http/ticket-context.controller.ts';
import { SingleEventCounter } from './http/single-event-counter.ts';
import { TimelineEntriesController } from './http/timeline-entries.controller.ts';
import { TimelineController } from './http/timeline.controller.ts';
import { CustomerEventCopy } from './persistence/copy-customer-events.ts';
import { GroupCommitCustomerEventStore } from './persistence/group-commit-customer-event-store.ts';
import { SHARD_OF_EVENTS, shardOfEvents } from './persistence/shard-of-events.ts';
import { TypeormAppDataStore } from './persistence/typeorm-app-data-store.ts';
import { TypeormCustomerDirectoryStore } from './persistence/typeorm-customer-directory-store.ts';
import { TypeormCustomerEventStore } from './persistence/typeorm-customer-event-store.ts';
import { TypeormCustomerStore } from './persistence/typeorm-customer-store.ts';
import { TypeormErasedIdStore } from './persistence/typeorm-erased-id-store.ts';
import { TypeormPurgeStore } from './persistence/typeorm-purge-store.ts';
import { TypeormTimelineStore } from './persistence/typeorm-timeline-store.ts';

@Module({
  imports: [EventImportModule],
  controllers: [
    CustomerEventsController,
    EventImportController,
    CustomersController,
    CustomerDirectoryController,
    TimelineController,
    TimelineEntriesController,
    TicketContextController,
    EmbedHeadController,
    EmbedEntriesController,
    EmbedDaysController,
    EmbedEventsController,
  ],
  providers: [
    CustomerEvents,
    SingleEventCounter,
    Customers,
    CustomerDirectory,
    Timeline,
    DisplayedTimeline,
    SessionEvents,
    TimelineEntries,
    AppData,
    TicketContexts,
    TimelineHeads,
    TimelineDays,
    ErasedIds,
    ErasureReplay,
    Purge,
    EventCounts,
    CustomerEventCopy,
    TypeormCustomerEventStore,
    { provide: SHARD_OF_EVENTS, inject: [DataSource], useFactory: shardOfEvents },
    { provide: CustomerEventStore, useClass: GroupCommitCustomerEventStore },
    { provide: TimelineStore, useClass: TypeormTimelineStore },
    { provide: CustomerDirectoryStore, useClass: TypeormCustomerDirectoryStore },
    { provide: CustomerStore, useClass: TypeormCustomerStore },
    { provide: ErasedIdStore, useClass: TypeormErasedIdStore },
    { provide: PurgeStore, useClass: TypeormPurgeStore },
    { provide: AppDataStore, useClass: TypeormAppDataStore },
  ],
  exports: [AppData, CustomerDirectory, Customers, Timeline, SingleEventCounter, ErasedIds, ErasureReplay, Purge],
})
export class CustomerEventsModule {}
