/** An instant of RFC 3339 in UTC, up to microseconds. */
export type Instant = string;
/** `YYYY-MM-DD`, in the time zone of the page. */
export type Day = string;

export type Severity = 'info' | 'success' | 'warning' | 'error';

/** How an event looks to people. All texts are plain: one line, without control or bidirectional characters. */
export interface Display {
  readonly title: string;
  readonly severity: Severity;
  readonly icon: string | null;
  /** `http:` or `https:`; null: no link. */
  readonly url: string | null;
  readonly fields: readonly { readonly label: string; readonly value: string }[];
  readonly quiet: boolean;
  readonly hidden: boolean;
}

export interface EventEntry {
  readonly kind: 'event';
  readonly id: string;
  readonly type: string;
  readonly occurredAt: Instant;
  readonly createdAt: Instant;
  readonly display: Display;
  readonly payloadBytes: number;
}

/** What neighbours that are folded have in common. `first` is the oldest of them, `last` the newest. */
interface Fold {
  readonly count: number;
  readonly first: Instant;
  readonly last: Instant;
  /** For `within`: opens it. */
  readonly cursor: string;
  /** The scan ended here: older neighbours may follow on the next page. */
  readonly more?: true;
}

/** At least three neighbours of one type. */
export interface RunEntry extends Fold {
  readonly kind: 'run';
  readonly type: string;
  /** Of the type; the title needs no payload. */
  readonly display: Display;
}

/** At least three neighbours, all of quiet types. */
export interface QuietEntry extends Fold {
  readonly kind: 'quiet';
  /** The most frequent first, then by name. */
  readonly types: readonly { readonly type: string; readonly title: string; readonly count: number }[];
}

export type Entry = EventEntry | RunEntry | QuietEntry;

/** Of `GET /embed/api/entries`. */
export interface EntriesPage {
  /** The newest first, whatever the direction. */
  readonly entries: readonly Entry[];
  /** Goes on with what is older; null at the end. */
  readonly older: string | null;
  /** Goes on with what is newer; null: there is nothing newer now. */
  readonly newer: string | null;
  /** How many events were looked at. */
  readonly scanned: number;
  /** How far; null: to the end of the timeline. */
  readonly scannedTo: Instant | null;
}

export type QuietMode = 'fold' | 'show' | 'hide';

/** Of `GET /embed/api/events/{id}`. */
export interface EventDetail {
  readonly id: string;
  readonly type: string;
  /** The JSON of the payload as it was sent, masked where the session is. */
  readonly payloadText: string;
  readonly occurredAt: Instant;
  readonly createdAt: Instant;
  readonly eventId?: string;
}

export interface TypeOfHead {
  readonly type: string;
  readonly title: string;
  readonly severity: Severity;
  readonly icon: string | null;
  readonly quiet: boolean;
  readonly hidden: boolean;
  readonly count: number;
  readonly firstOccurredAt: Instant;
  readonly lastOccurredAt: Instant;
}

/** A type of warnings or errors before the ticket (before now, where there is none). */
export interface Attention {
  readonly type: string;
  readonly title: string;
  readonly severity: 'warning' | 'error';
  readonly count: number;
  /** The latest one. */
  readonly eventId: string;
  readonly last: Instant;
}

/** Of `GET /embed/api/head`. */
export interface Head {
  readonly customer: {
    readonly externalId: string;
    readonly name: string | null;
    readonly email: string | null;
    /** A line such as `Pro · 5 seats`, of the metadata; null: nothing is known. */
    readonly plan: string | null;
  };
  readonly session: {
    readonly id: string;
    readonly at: Instant | null;
    readonly matchedBy: 'externalId' | 'email';
    readonly viewer: { readonly id: string; readonly name: string | null } | null;
    readonly locale: string | null;
    readonly timeZone: string | null;
    /** With `{customerExternalId}` and `{eventId}`. */
    readonly eventLink: string | null;
    readonly expiresAt: Instant;
    readonly renewableUntil: Instant;
  };
  /** At most three, the newest first. */
  readonly attention: readonly Attention[];
  readonly types: readonly TypeOfHead[];
  /** `types` counts the newest so many events alone, and older ones may have other types; null: all are counted. */
  readonly countedEvents: number | null;
  readonly firstOccurredAt: Instant | null;
}

/** Of `GET /embed/api/days`: only days with events, the newest first. */
export interface Days {
  readonly days: readonly { readonly day: Day; readonly count: number }[];
}

/** Of `POST /embed/api/renew`. */
export interface Renewal {
  readonly expiresAt: Instant;
  readonly renewableUntil: Instant;
}

/** Every refusal of the service. */
export interface ErrorBody {
  readonly success: false;
  readonly code: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, readonly string[]>>;
  readonly timestamp: string;
}
