/** Types of events that are kept of an app. */
export const MAX_TYPES_SEEN = 5_000;

/** A type of events that an app has had. */
export interface TypeSeen {
  readonly type: string;
  /** Milliseconds since the Unix epoch. */
  readonly firstSeenAt: number;
}

/** Keeps which types of events apps have had. All methods throw SERVICE_UNAVAILABLE. */
export abstract class TypesSeenStore {
  /**
   * Adds types; those that are there stay as they are. Of those for which there is no room among {@link MAX_TYPES_SEEN},
   * only that there were some is kept. (Instances that add in the same moment may together exceed the limit by what one
   * of them adds.)
   *
   * @returns the ids of the apps in which there was no room for all.
   */
  abstract add(types: readonly (TypeSeen & { readonly appId: string })[]): Promise<ReadonlySet<string>>;

  /** The next types behind one (from the first: an empty text), in their order. */
  abstract list(appId: string, after: string, limit: number): Promise<readonly TypeSeen[]>;

  /** Whether an app has had more types than are kept. */
  abstract hadMore(appId: string): Promise<boolean>;
}
