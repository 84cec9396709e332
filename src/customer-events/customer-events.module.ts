import { Module } from '@nestjs/common';
import { CustomerEventStore } from './application/customer-event-store.port.ts';
import { CustomerEvents } from './application/customer-events.ts';
import { CustomerStore } from './application/customer-store.port.ts';
import { Customers } from './application/customers.ts';
import { TicketContexts } from './application/ticket-contexts.ts';
import { TimelineStore } from './application/timeline-store.port.ts';
import { Timeline } from './application/timeline.ts';
import { CustomerEventsController } from './http/customer-events.controller.ts';
import { CustomersController } from './http/customers.controller.ts';
import { TicketContextController } from './http/ticket-context.controller.ts';
import { TimelineController } from './http/timeline.controller.ts';
import { GROUP_COMMIT_LIMITS, GroupCommitCustomerEventStore, type GroupCommitLimits } from './persistence/group-commit-customer-event-store.ts';
import { TypeormCustomerEventStore } from './persistence/typeorm-customer-event-store.ts';
import { TypeormCustomerStore } from './persistence/typeorm-customer-store.ts';
import { TypeormTimelineStore } from './persistence/typeorm-timeline-store.ts';

@Module({
  controllers: [CustomerEventsController, CustomersController, TimelineController, TicketContextController],
  providers: [
    CustomerEvents,
    Customers,
    Timeline,
    TicketContexts,
    TypeormCustomerEventStore,
    {
      provide: CustomerEventStore,
      inject: [TypeormCustomerEventStore, GROUP_COMMIT_LIMITS],
      useFactory: (store: TypeormCustomerEventStore, limits: GroupCommitLimits) =>
        new GroupCommitCustomerEventStore(store, limits),
    },
    { provide: TimelineStore, useClass: TypeormTimelineStore },
    { provide: CustomerStore, useClass: TypeormCustomerStore },
  ],
  exports: [Customers],
})
export class CustomerEventsModule {}
