/** What the service sends and takes. */
export interface RecordedEvent {
  /** `replayed`: it was committed before, by an earlier try or by somebody with the same `eventId`. */
  readonly status: 'created' | 'replayed';
  /** The service's id of the event. */
  readonly id: string;
  readonly customerId: string;
  readonly type: string;
  /** In UTC, to the microsecond. */
  readonly occurredAt: string;
  readonly createdAt: string;
  readonly eventId: string;
}

export interface Customer {
  readonly id: string;
  readonly externalId: string;
  readonly email: string;
  readonly name: string;
  readonly phone: string | null;
  readonly avatarUrl: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface EventDisplay {
  readonly title: string;
  readonly severity: 'info' | 'success' | 'warning' | 'error';
  readonly [field: string]: unknown;
}

export interface TypeSummary {
  readonly type: string;
  readonly count: number;
  readonly firstOccurredAt: string;
  readonly lastOccurredAt: string;
}

export interface TimelineSummary {
  readonly total: number;
  readonly firstOccurredAt: string | null;
  readonly lastOccurredAt: string | null;
  readonly types: readonly TypeSummary[];
}

export interface EventFields {
  readonly id: string;
  readonly customerId: string;
  readonly type: string;
  readonly occurredAt: string;
  readonly createdAt: string;
  readonly eventId?: string;
  readonly display?: EventDisplay;
}

export interface EventOutline extends EventFields {
  readonly title: string;
  readonly payloadBytes: number;
  readonly payloadLeftOut: true;
}

export interface ContextFields {
  readonly asOf: string;
  readonly runs: readonly TypeSummary[];
  readonly summary: readonly TypeSummary[];
  readonly truncated: boolean;
  readonly [field: string]: unknown;
}

export interface EmbedSessionRequest {
  readonly customerExternalId?: string;
  readonly email?: string;
  readonly at?: string;
  readonly viewer?: { readonly id: string; readonly name?: string };
  readonly ttl?: string;
  readonly maxAge?: string;
  readonly types?: readonly string[];
  readonly masked?: boolean;
  readonly locale?: string;
  readonly timeZone?: string;
  readonly eventLink?: string;
}

export interface EmbedSession {
  readonly id: string;
  readonly token: string;
  readonly url: string;
  readonly expiresAt: string;
  readonly renewableUntil: string;
  readonly matchedBy: 'externalId' | 'email';
}
