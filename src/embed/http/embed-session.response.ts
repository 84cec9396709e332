import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ID_PATTERN } from '../../../libs/kernel/ids.ts';
import { instantFromMillis } from '../../../libs/time/instant.ts';
import type { CreatedSession } from '../application/embed-sessions.ts';
import type { SessionRefusal } from '../application/session-access.ts';
import type { EmbedSession } from '../domain/embed-session.ts';
import { sessionRefused } from './session-errors.ts';

@ApiSchema({ name: 'RenewedEmbedSession' })
export class RenewedSessionResponse {
  @ApiProperty({ format: 'date-time', example: '2026-04-18T10:15:00Z' })
  expiresAt: string;

  @ApiProperty({ format: 'date-time', description: 'After it no renewal helps.', example: '2026-04-18T18:00:00Z' })
  renewableUntil: string;
}

@ApiSchema({ name: 'CreatedEmbedSession' })
export class CreatedSessionResponse extends RenewedSessionResponse {
  @ApiProperty({ description: 'Opaque.', pattern: ID_PATTERN.source, example: 'cmo4a7r2v0003k9qwz5t8n1yc' })
  id: string;

  @ApiProperty({
    description: 'Shown this once. It belongs into the fragment of the URL, and never into a query.',
    pattern: '^es_[A-Za-z0-9]{48}$',
    example: 'es_7Kq2ZtVw9XbRm4LpYc8HsJd3NfGh6TvBeQaUyWxCz1Mk5PiS',
  })
  token: string;

  @ApiProperty({
    enum: ['externalId', 'email'],
    description: 'By what the customer was found; an address proves nothing of who wrote the ticket.',
  })
  matchedBy: string;

  @ApiProperty({
    description: 'The page for the frame: the public key of the app in the query, the token in the fragment.',
    example:
      'https://events.example.com/embed/timeline?k=pk_live_…#t=es_7Kq2ZtVw9XbRm4LpYc8HsJd3NfGh6TvBeQaUyWxCz1Mk5PiS',
  })
  url: string;
}

@ApiSchema({ name: 'EndedEmbedSession' })
export class EndedSessionResponse {
  @ApiProperty({ pattern: ID_PATTERN.source, example: 'cmo4a7r2v0003k9qwz5t8n1yc' })
  id: string;

  @ApiProperty({ format: 'date-time', example: '2026-04-18T10:05:00Z' })
  revokedAt: string;
}

const times = ({ expiresAt, renewableUntil }: EmbedSession): RenewedSessionResponse => ({
  expiresAt: instantFromMillis(expiresAt),
  renewableUntil: instantFromMillis(renewableUntil),
});

/** @param publicUrl where browsers reach the service, without a slash at the end. */
export const createdSessionResponse = (
  { session, token, publicKey }: CreatedSession,
  publicUrl: string,
): CreatedSessionResponse => ({
  id: session.id,
  token,
  ...times(session),
  matchedBy: session.matchedBy,
  url: `${publicUrl}/embed/timeline?k=${publicKey}#t=${token}`,
});

/** @throws EMBED_SESSION_EXPIRED, EMBED_SESSION_INVALID */
export function renewedSessionResponse(renewed: EmbedSession | SessionRefusal): RenewedSessionResponse {
  if ('refused' in renewed) throw sessionRefused(renewed);
  return times(renewed);
}

export const endedSessionResponse = ({ id, revokedAt }: EmbedSession): EndedSessionResponse => ({
  id,
  revokedAt: instantFromMillis(revokedAt as number),
});
