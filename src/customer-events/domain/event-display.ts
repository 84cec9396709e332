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
