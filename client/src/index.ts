export { CustomerEvents } from './customer-events.ts';
export {
  ClosedError,
  CustomerEventsError,
  type ErrorDetails,
  QueueFullError,
  RecordError,
  RequestError,
  UndeliveredError,
} from './errors.ts';
export type { CustomerEvent, SentEvent } from './event.ts';
export { RawJson, rawJson } from './json-text.ts';
export type { CustomerEventsOptions, OnUndelivered } from './options.ts';
export type {
  ContextOptions,
  RequestOptions,
  SummaryFilter,
  TicketContext,
  TimelineEvent,
  TimelineFilter,
} from './reading.ts';
export type {
  Customer,
  EmbedSession,
  EmbedSessionRequest,
  EventDisplay,
  EventOutline,
  RecordedEvent,
  TimelineSummary,
  TypeSummary,
} from './service-types.ts';
