import { encodedMembers } from '../../../libs/json-payload/encoded-members.ts';
import type { CustomerEvent } from '../../customer-events/domain/customer-event.ts';
import type { Customer } from '../../customer-events/domain/customer.ts';

const encodedCustomer = encodedMembers<Customer>();
const encodedEvent = encodedMembers<Omit<CustomerEvent, 'customerId'> & { customerExternalId: string }>();

/** A customer as JSON; its metadata is the text that was sent. */
export function customerJson(customer: Customer): string {
  const { id, externalId, email, name, phone, avatarUrl, metadata, createdAt, updatedAt } = customer;
  const who = `"id":"${id}","externalId":${JSON.stringify(externalId)},"email":${JSON.stringify(email)}` as const;
  const how = `"phone":${JSON.stringify(phone)},"avatarUrl":${JSON.stringify(avatarUrl)}` as const;
  const when = `"createdAt":"${createdAt}","updatedAt":"${updatedAt}"` as const;
  return encodedCustomer(`{${who},"name":${JSON.stringify(name)},${how},"metadata":${metadata.text},${when}}`).text;
}

/** An event as JSON, with the fields that `import` reads beside its id and the time of its creation. */
export function eventJson(event: CustomerEvent, customerExternalId: string): string {
  const { id, type, payload, occurredAt, createdAt, eventId } = event;
  return encodedEvent(
    `{"id":"${id}","customerExternalId":${JSON.stringify(customerExternalId)},"type":${JSON.stringify(type)},"payload":${payload.text},"occurredAt":"${occurredAt}","createdAt":"${createdAt}","eventId":${JSON.stringify(eventId)}}`,
  ).text;
}
