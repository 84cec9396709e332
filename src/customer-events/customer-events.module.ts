import { Module } from '@nestjs/common';
import { CustomerEventStore } from './application/customer-event-store.port.ts';
import { CustomerEvents } from './application/customer-events.ts';
import { CustomerStore } from './application/customer-store.port.ts';
import { Customers } from './application/customers.ts';
import { Timeline } from './application/timeline.ts';
import { CustomerEventsController } from './http/customer-events.controller.ts';
import { CustomersController } from './http/customers.controller.ts';
import { TimelineController } from './http/timeline.controller.ts';
import { GROUP_COMMIT_LIMITS, GroupCommitCustomerEventStore, type GroupCommitLimits } from './persistence/group-commit-customer-event-store.ts';
import { GroupCommitObserver } from './persistence/group-commit-observer.ts';
import { TypeormCustomerEventStore } from './persistence/typeorm-customer-event-store.ts';
import { TypeormCustomerStore } from './persistence/typeorm-customer-store.ts';

@Module({
  controllers: [CustomerEventsController, CustomersController, TimelineController],
  providers: [
    CustomerEvents,
    Customers,
    Timeline,
    TypeormCustomerEventStore,
    {
      provide: CustomerEventStore,
      inject: [TypeormCustomerEventStore, GROUP_COMMIT_LIMITS, GroupCommitObserver],
      useFactory: (store: TypeormCustomerEventStore, limits: GroupCommitLimits, observer: GroupCommitObserver) =>
        new GroupCommitCustomerEventStore(store, limits, observer),
    },
    { provide: CustomerStore, useClass: TypeormCustomerStore },
  ],
  exports: [Customers],
})
export class CustomerEventsModule {}
