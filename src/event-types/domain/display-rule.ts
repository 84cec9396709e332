/** How bad, or good, it is that an event of a type happened. */
export const SEVERITIES = ['info', 'success', 'warning', 'error'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A line of an event that is shown beside its title: a label, and where its value is. */
export interface FieldRule {
  /** 1 to 40 characters. */
  readonly label: string;
  /** A path, as in a template, such as `payload.total`. */
  readonly path: string;
  /** How the value is written: `money(payload.currency)`, `cents(payload.currency)` or `date`; undefined: as it is. */
  readonly as?: string | undefined;
}

/**
 * What an app says about the events of a type, or of all types that begin alike. Every field may be left out; then a
 * less exact rule, and at last the built-in one, has the word.
 */
export interface DisplayRule {
  /** A template of at most 300 characters. */
  readonly title?: string | undefined;
  readonly severity?: Severity | undefined;
  /** One of the names of `icons.ts`. */
  readonly icon?: string | undefined;
  /** A template of at most 1,000 characters, whose scheme and host are literal. */
  readonly url?: string | undefined;
  /** Of little interest: it gives way, and may be folded together with others. */
  readonly quiet?: boolean | undefined;
  /** Not shown at all unless it is asked for. */
  readonly hidden?: boolean | undefined;
  /** At most 8. */
  readonly fields?: readonly FieldRule[] | undefined;
  /** JSON pointers (RFC 6901) of what of a payload is masked, at most 20. */
  readonly mask?: readonly string[] | undefined;
  /** For those who read the rules; at most 500 characters. */
  readonly description?: string | undefined;
}

/** How one event is displayed. All texts are plain: one line, without control or bidirectional characters. */
export interface Display {
  /** At most 200 characters. */
  readonly title: string;
  readonly severity: Severity;
  readonly icon: string | null;
  /** `http:` or `https:`; null: no link, or a value of it is missing, or it would be longer than 4,096. */
  readonly url: string | null;
  readonly fields: readonly { readonly label: string; readonly value: string }[];
  readonly quiet: boolean;
  readonly hidden: boolean;
}
