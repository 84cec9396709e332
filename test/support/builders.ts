import { JsonText } from '../../libs/json-payload/json-text.ts';
import { timeOrderedIdSource } from '../../libs/kernel/ids.ts';
import type { Actor } from '../../src/platform/audit/audit-entry.ts';
import type { CustomerEvent } from '../../src/customer-events/domain/customer-event.ts';
import type { ErasureOrder } from '../../src/customer-events/application/customer-store.port.ts';
import { customerIdOf, type Customer } from '../../src/customer-events/domain/customer.ts';
import type { ReceivingApp } from '../../src/customer-events/domain/retention.ts';
import { parseRetentionRules } from '../../libs/retention/retention-rules.ts';
import { millisOfInstant, parseInstant, type Instant } from '../../libs/time/instant.ts';

export const APP = 'c00000000000000000000acme';
export const OTHER_APP = 'c0000000000000000000other';

/** An app to which events are sent. @param rules such as `page.*=P90D`. */
export function receivingApp(rules = '', id = APP): ReceivingApp {
  const retention = parseRetentionRules(rules);
  if (retention === null) throw new Error(`not retention rules: ${rules}`);
  return { id, retention };
}

export function instant(text: string): Instant {
  const parsed = parseInstant(text);
  if (parsed === null) throw new Error(`not an instant: ${text}`);
  return parsed;
}

const NOW = instant('2026-04-18T12:00:00Z');

export const ACTOR: Actor = { kind: 'key', id: 'key-1', requestId: 'request-1' };
/** An erasure that a key of {@link APP} asked for. */
export const ORDER: ErasureOrder = { appId: APP, actor: ACTOR, at: millisOfInstant(NOW) };

const nextId = timeOrderedIdSource();

export function aCustomer(externalId: string, fields: Partial<Customer> = {}, appId = APP): Customer {
  return {
    id: customerIdOf(appId, externalId),
    externalId,
    email: `${externalId}@example.com`,
    name: externalId,
    phone: null,
    avatarUrl: null,
    metadata: new JsonText('{}'),
    createdAt: NOW,
    updatedAt: NOW,
    ...fields,
  };
}

export function anEvent(customer: Customer, fields: Partial<CustomerEvent> = {}): CustomerEvent {
  const occurredAt = fields.occurredAt ?? instant('2026-04-18T10:00:00Z');
  return {
    id: nextId(millisOfInstant(occurredAt), millisOfInstant(NOW)),
    customerId: customer.id,
    type: 'order.placed',
    payload: new JsonText('{}'),
    occurredAt,
    createdAt: NOW,
    eventId: null,
    ...fields,
  };
}
