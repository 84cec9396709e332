import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../../libs/kernel/clock.ts';
import { CustomerEventStore } from './application/customer-event-store.port.ts';
import { CustomerEvents } from './application/customer-events.ts';
import { EventImport } from './application/event-import.ts';
import { CustomerStore } from './application/customer-store.port.ts';
import { Customers } from './application/customers.ts';
import { TicketContexts } from './application/ticket-contexts.ts';
import { TimelineStore } from './application/timeline-store.port.ts';
import { Timeline } from './application/timeline.ts';
import { CustomerEventsController } from './http/customer-events.controller.ts';
import { EventImportController } from './http/event-import.controller.ts';
import { CustomersController } from './http/customers.controller.ts';
import { TicketContextController } from './http/ticket-context.controller.ts';
import { SingleEventCounter } from './http/single-event-counter.ts';
import { TimelineController } from './http/timeline.controller.ts';
import { CustomerEventCopy } from './persistence/copy-customer-events.ts';
import {
  GROUP_COMMIT_LIMITS,
  GroupCommitCustomerEventStore,
  type GroupCommitLimits,
} from './persistence/group-commit-customer-event-store.ts';
import { GroupCommitObserver } from './persistence/group-commit-observer.ts';
import { TypeormCustomerEventStore } from './persistence/typeorm-customer-event-store.ts';
import { TypeormCustomerStore } from './persistence/typeorm-customer-store.ts';
import { TypeormTimelineStore } from './persistence/typeorm-timeline-store.ts';

@Module({
  controllers: [
    EventImportController,
    CustomerEventsController,
    CustomersController,
    TimelineController,
    TicketContextController,
  ],
  providers: [
    CustomerEvents,
    SingleEventCounter,
    Customers,
    Timeline,
    TicketContexts,
    {
      provide: CustomerEventStore,
      inject: [DataSource, GROUP_COMMIT_LIMITS, GroupCommitObserver],
      useFactory: (dataSource: DataSource, limits: GroupCommitLimits, observer: GroupCommitObserver) =>
        new GroupCommitCustomerEventStore(new TypeormCustomerEventStore(dataSource), limits, observer),
    },
    { provide: TimelineStore, useClass: TypeormTimelineStore },
    {
      provide: EventImport,
      inject: [DataSource, Clock],
      // Past the group commit: in one statement with it, a live event would wait for a chunk of history.
      useFactory: (dataSource: DataSource, clock: Clock) =>
        new EventImport(
          new CustomerEvents(
            new TypeormCustomerEventStore(dataSource, new CustomerEventCopy({ isHistory: true }).insert),
            clock,
          ),
        ),
    },
    { provide: CustomerStore, useClass: TypeormCustomerStore },
  ],
  exports: [Customers, EventImport, SingleEventCounter],
})
export class CustomerEventsModule {}
