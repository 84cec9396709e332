/** How one event is displayed. All texts are plain: one line, without control or bidirectional characters. */
export interface EventDisplay extends TypeDisplay {
  readonly title: string;
  /** `http:` or `https:`; null: no link. */
  readonly url: string | null;
  readonly fields: readonly { readonly label: string; readonly value: string }[];
}

/** What is known of an event by its type alone. */
export interface TypeDisplay {
  readonly severity: 'info' | 'success' | 'warning' | 'error';
  readonly icon: string | null;
  /** Of little interest: it gives way first. */
  readonly quiet: boolean;
  readonly hidden: boolean;
}

/** At most what a display takes in a response besides its texts; and what a field does. */
const DISPLAY_OVERHEAD_BYTES = 200;
const FIELD_OVERHEAD_BYTES = 25;

/** At most what a display takes in a response. */
export function displayBytes({ title, icon, url, fields }: EventDisplay): number {
  return fields.reduce(
    (sum, { label, value }) => sum + FIELD_OVERHEAD_BYTES + jsonBytes(label) + jsonBytes(value),
    DISPLAY_OVERHEAD_BYTES + jsonBytes(title) + jsonBytes(icon) + jsonBytes(url),
  );
}

const jsonBytes = (text: string | null): number => Buffer.byteLength(JSON.stringify(text));
