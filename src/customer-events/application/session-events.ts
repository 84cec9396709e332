import { Injectable } from '@nestjs/common';
import { matchesTypes, type TypeFilter } from '../../../libs/kernel/type-filter.ts';
import { eventNotFound } from '../domain/customer-events-error.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { EventDisplayRules } from './event-displays.port.ts';
import { Timeline } from './timeline.ts';

/** What an embed session may see of its customer. */
export interface SessionSight {
  /** None: events of all types. */
  readonly types: readonly TypeFilter[];
  /** Payloads are given without what the rules of the app mask. */
  readonly masked: boolean;
}

/** Reads events as an embed session may see them. */
@Injectable()
export class SessionEvents {
  constructor(
    private readonly timeline: Timeline,
    private readonly rules: EventDisplayRules,
  ) {}

  /** @throws CUSTOMER_NOT_FOUND; NOT_FOUND, also for an event of a type that the session may not see. */
  async event(appId: string, externalId: string, id: string, { types, masked }: SessionSight): Promise<CustomerEvent> {
    const event = await this.timeline.event(appId, externalId, id);
    if (!matchesTypes(event.type, types)) throw eventNotFound();
    return masked ? { ...event, payload: (await this.rules.of(appId)).masked(event) } : event;
  }
}
