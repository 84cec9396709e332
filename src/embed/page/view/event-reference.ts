import type { EventEntry, Head, Instant } from '../api/types.ts';

/** An http(s) address, and its host as people see it; null where a text is none. */
export function safeLink(text: string | null): { readonly href: string; readonly host: string } | null {
  if (text === null || !URL.canParse(text)) return null;
  const { protocol, href, host } = new URL(text);
  return protocol === 'https:' || protocol === 'http:' ? { href, host } : null;
}

/** The link to an event in the desk, by the template of the session; null where there is none. */
export function eventLink(head: Head | null, eventId: string): string | null {
  const template = head?.session.eventLink ?? null;
  if (head === null || template === null) return null;
  const filled = template
    .replaceAll('{customerExternalId}', () => encodeURIComponent(wellFormed(head.customer.externalId)))
    .replaceAll('{eventId}', () => encodeURIComponent(eventId));
  return safeLink(filled)?.href ?? null;
}

type Named = Pick<EventEntry, 'id' | 'occurredAt'> & { readonly title: string };

/** One line that names an event where there is no link to it. */
export function eventReference(head: Head | null, { title, occurredAt, id }: Named): string {
  const customer = head === null ? '' : ` · customer ${head.customer.externalId}`;
  return `${title} · ${occurredAt}${customer} · event ${id}`;
}

/** A text as one word of a POSIX shell. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** A command that sends a first event for a customer; the key is left to fill in. */
export function firstEventCommand(origin: string, externalId: string, now: Instant): string {
  const event = { customerExternalId: externalId, type: 'order.placed', payload: { orderId: '1042' }, occurredAt: now };
  return [
    `curl -X POST ${origin}/api/v1/customer-events \\`,
    `  -H 'X-API-Key: sk_live_agent_…' \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${quoted(JSON.stringify(event))}`,
  ].join('\n');
}

/** Half of a character cannot be encoded: it is replaced. */
const wellFormed = (text: string) => text.replace(/\p{Surrogate}/gu, '\ufffd');
