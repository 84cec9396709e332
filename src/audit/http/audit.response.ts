import { ApiProperty } from '@nestjs/swagger';
import type { AllFields } from '../../../libs/kernel/all-fields.ts';
import { ID_PATTERN } from '../../../libs/kernel/ids.ts';
import { AUDIT_ACTIONS, type Actor, type AuditAction, type AuditEntry } from '../../platform/audit/audit-entry.ts';
import type { AuditPage } from '../application/app-audit.ts';

const ACTOR_KINDS = ['key', 'session', 'operator', 'service'] as const satisfies readonly Actor['kind'][];

export class AuditActorResponse {
  @ApiProperty({ enum: ACTOR_KINDS, description: 'Who did it: a key, an embed session, an operator, or the service.' })
  kind: Actor['kind'];

  @ApiProperty({
    description: 'The id of the key or session; of an operator its account and machine; of the service what in it.',
    example: 'cmn1c1f4g0001r8ta2w6v8u0p',
  })
  id: string;
}

export class AuditEntryResponse {
  @ApiProperty({ description: 'Opaque.', pattern: ID_PATTERN.source, example: 'c1tr4v07k00m5x2q9p8w0z1ab' })
  id: string;

  @ApiProperty({
    format: 'date-time',
    description: 'When it was done; of customer.read.bulk when the hour began.',
    example: '2026-04-18T10:00:00.500Z',
  })
  at: string;

  @ApiProperty({ type: AuditActorResponse })
  actor: AuditActorResponse;

  @ApiProperty({ enum: AUDIT_ACTIONS, example: 'customer.erased' })
  action: AuditAction;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'A pseudonym of the customer; `customerExternalId` finds its entries.',
    example: '1f0a9c3e.6f1e0f4f5a3b4c2d8e7f6a5b4c3d2e1f',
  })
  customer: string | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'What else it was done to: the id of a key, a pseudonym of an event.',
  })
  subject: string | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'How many, where it was done to more than one: events, or for customer.read.bulk requests.',
    example: 12,
  })
  count: number | null;

  @ApiProperty({
    type: 'object',
    nullable: true,
    additionalProperties: { type: 'string', nullable: true },
    description: 'What was set, by the names of the settings.',
  })
  details: Readonly<Record<string, string | null>> | null;

  @ApiProperty({ type: 'string', nullable: true, description: 'The X-Request-Id of the request that did it.' })
  requestId: string | null;
}

export class AuditPageResponse {
  @ApiProperty({ type: [AuditEntryResponse] })
  entries: AuditEntryResponse[];

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Give it as `cursor` for the next page; null at the end.',
  })
  nextCursor: string | null;
}

export function auditEntryResponse(entry: AuditEntry): AllFields<AuditEntryResponse> {
  const { id, at, actor, action, customer, subject, count, details } = entry;
  return {
    id,
    at: new Date(at).toISOString(),
    actor: { kind: actor.kind, id: actor.id },
    action,
    customer,
    subject,
    count,
    details,
    requestId: actor.requestId,
  };
}

export const auditPageResponse = ({ entries, nextCursor }: AuditPage): AuditPageResponse => ({
  entries: entries.map(auditEntryResponse),
  nextCursor,
});

/** One entry a line. */
export async function* auditLines(parts: AsyncIterable<readonly AuditEntry[]>): AsyncGenerator<string> {
  for await (const part of parts) yield part.map((entry) => `${JSON.stringify(auditEntryResponse(entry))}\n`).join('');
}
