import { EventObserver } from '../../src/customer-events/application/event-observer.port.ts';

/** Remembers what it is told. */
export class RecordedTypes extends EventObserver {
  readonly all: string[] = [];

  recorded(appId: string, type: string): void {
    this.all.push(`${appId} ${type}`);
  }
}
