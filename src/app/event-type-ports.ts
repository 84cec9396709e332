import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { EventObserver } from '../customer-events/application/event-observer.port.ts';
import { Customers } from '../customer-events/application/customers.ts';
import { Timeline } from '../customer-events/application/timeline.ts';
import { StoredEvents, type StoredEvent } from '../event-types/application/stored-events.port.ts';
import { TypesSeen } from '../event-types/application/types-seen.ts';

/** Tells the slice of event types which types are recorded. What waits is kept before the connections are closed. */
@Injectable()
export class SeenTypes extends EventObserver implements BeforeApplicationShutdown {
  constructor(private readonly typesSeen: TypesSeen) {
    super();
  }

  recorded(appId: string, type: string): void {
    this.typesSeen.note(appId, type);
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.typesSeen.stop();
  }
}

/** Gives the slice of event types an event to try a rule with. */
@Injectable()
export class TimelineEvents extends StoredEvents {
  constructor(
    private readonly timeline: Timeline,
    private readonly customers: Customers,
  ) {
    super();
  }

  find(appId: string, customerExternalId: string, id: string): Promise<StoredEvent> {
    return this.timeline.event(appId, customerExternalId, id);
  }

  async customerName(appId: string, customerExternalId: string): Promise<string> {
    return (await this.customers.get(appId, customerExternalId)).name;
  }
}
