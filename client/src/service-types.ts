import type { components, operations } from './service-api.ts';

/** What the service sends and takes, as its OpenAPI document says: see `service-api.ts`. */
type Schemas = components['schemas'];

export type Customer = Schemas['Customer'];
export type CustomerEventFields = Schemas['CustomerEventRequest'];
export type EmbedSession = Schemas['CreatedEmbedSession'];
export type EmbedSessionRequest = Schemas['EmbedSessionRequest'];
export type EventDisplay = Schemas['EventDisplay'];
export type EventOutline = Schemas['EventOutline'];
export type EventResult = Schemas['EventResult'];
export type TimelineSummary = Schemas['TimelineSummary'];
export type TypeSummary = Schemas['TypeSummary'];

/** An event of a timeline but for its payload. */
export type EventFields = Omit<Schemas['TimelineEvent'], 'payload'>;

/** A context but for its events. */
export type ContextFields = Omit<Schemas['TicketContext'], 'events'>;

/** An event that is committed; `replayed` by an earlier try, or by somebody with the same `eventId`. */
export type RecordedEvent = Required<Omit<Schemas['CustomerEvent'], 'payload'>> & {
  status: Exclude<EventResult['status'], 'rejected'>;
};

type QueryOf<Operation extends keyof operations> = NonNullable<operations[Operation]['parameters']['query']>;

/** A query as callers give it. */
type Given<Query> = {
  readonly [Name in keyof Query]?: (Name extends keyof Wider ? Wider[Name] : Query[Name]) | undefined;
};

/** What is more convenient in a program than in a URL. */
interface Wider {
  readonly type: string | readonly string[];
  readonly from: string | Date;
  readonly to: string | Date;
  readonly at: string | Date;
  readonly display: boolean;
}

export type TimelineQuery = Given<Omit<QueryOf<'listEvents'>, 'cursor'>>;
export type SummaryQuery = Given<QueryOf<'getEventSummary'>>;
export type ContextQuery = Given<QueryOf<'getTicketContext'>>;
