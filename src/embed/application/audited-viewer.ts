import type { EmbedSession } from '../domain/embed-session.ts';
import type { SessionCustomers } from './session-customers.port.ts';

/** How the audit names who looks: by the id that the app gave, or by a pseudonym where that may be an e-mail address. */
export function auditedViewer(
  { appId, viewerId }: Pick<EmbedSession, 'appId' | 'viewerId'>,
  customers: SessionCustomers,
): string | null {
  return viewerId?.includes('@') === true ? customers.viewerPseudonym(appId, viewerId) : viewerId;
}
