import type { INestApplicationContext } from '@nestjs/common';
import { DomainError } from '../../libs/kernel/domain-error.ts';
import { typeFilter } from '../../libs/kernel/type-filter.ts';
import type { Instant } from '../../libs/time/instant.ts';
import { KeyAdministration } from '../api-keys/application/key-administration.ts';
import { keyState } from '../api-keys/domain/api-key.ts';
import { Timeline } from '../customer-events/application/timeline.ts';
import { WHOLE_TIMELINE } from '../customer-events/domain/timeline.ts';
import { EmbedSessions } from '../embed/application/embed-sessions.ts';
import { createdSessionResponse } from '../embed/http/embed-session.response.ts';
import { DEMO_APP, DEMO_CUSTOMER } from './demo-data.ts';
import { TICKET_TYPE } from './demo-story.ts';
import type { Actor } from '../platform/audit/audit-entry.ts';

/** In whose name each start makes a session. */
const START: Actor = { kind: 'service', id: 'start', requestId: null };

/** As long as a session may last. */
const [TTL_SECONDS, MAX_AGE_SECONDS] = [3_600, 86_400];

/**
 * Makes an embed session for the customer of the demo, and the address by which a browser on this machine shows its
 * timeline: as of the ticket, where that event is still there.
 *
 * @param baseUrl of this machine, with the port on which the service listens.
 * @returns null where the demo, its customer or its keys are gone.
 * @throws SERVICE_UNAVAILABLE
 */
export async function demoLink(app: INestApplicationContext, baseUrl: string): Promise<string | null> {
  const administration = app.get(KeyAdministration);
  const demo = (await administration.listApps()).find(({ slug }) => slug === DEMO_APP);
  if (demo === undefined || demo.suspendedAt !== null) return null;
  // The session ends with the key that it was made by, so it is the one that was there first.
  const now = Date.now();
  const key = (await administration.listKeys(DEMO_APP)).find(
    (one) => one.type === 'agent' && keyState(one, now) === 'valid',
  );
  if (key === undefined) return null;
  try {
    const at = await ticketInstant(app, demo.id);
    const by = { appId: demo.id, keyId: key.id };
    const draft = { ...PLAIN_SESSION, at, ttlSeconds: TTL_SECONDS, maxAgeSeconds: MAX_AGE_SECONDS };
    const created = await app.get(EmbedSessions).create(by, { externalId: DEMO_CUSTOMER }, draft, START);
    return createdSessionResponse(created, baseUrl).url;
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'not-found') return null;
    throw error;
  }
}

const PLAIN_SESSION = {
  viewerId: null,
  viewerName: null,
  types: null,
  masked: false,
  locale: null,
  timeZone: null,
  eventLink: null,
};

async function ticketInstant(app: INestApplicationContext, appId: string): Promise<Instant | null> {
  const query = { ...WHOLE_TIMELINE, types: [typeFilter(TICKET_TYPE)], order: 'desc' as const };
  const { events } = await app.get(Timeline).page(appId, DEMO_CUSTOMER, query, 1, undefined);
  return events[0]?.decoded().occurredAt ?? null;
}
