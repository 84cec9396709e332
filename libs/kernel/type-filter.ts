/** `order.placed` as it is, or `order.` as the beginning of many. */
export interface TypeFilter {
  readonly type: string;
  readonly isPrefix: boolean;
}

/** The type of an event. */
export const TYPE_PATTERN = /^[a-z0-9_.]{1,100}$/;
export const TYPE_RULE = 'must be 1 to 100 characters of a-z, 0-9, "_" and "."';

/** What a type filter may be: a type, or a prefix that ends with a dot, followed by `*`. */
export const TYPE_FILTER_PATTERN = /^(?:[a-z0-9_.]{1,100}|[a-z0-9_.]{0,99}\.\*)$/;

/** Filters that may be given at once. */
export const MAX_TYPE_FILTERS = 50;

/** Reads a text that matches {@link TYPE_FILTER_PATTERN}. */
export function typeFilter(text: string): TypeFilter {
  return text.endsWith('*') ? { type: text.slice(0, -1), isPrefix: true } : { type: text, isPrefix: false };
}

/** Whether one of the filters lets a type through; no filters: every type. */
export const matchesTypes = (type: string, filters: readonly TypeFilter[]): boolean =>
  filters.length === 0 || filters.some((one) => (one.isPrefix ? type.startsWith(one.type) : type === one.type));

/**
 * The filters that let through what both lists let through; an empty list lets through every type. Null: nothing passes
 * both.
 */
export function commonTypes(a: readonly TypeFilter[], b: readonly TypeFilter[]): readonly TypeFilter[] | null {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const common = a.flatMap((one) => b.flatMap((other) => narrower(one, other) ?? []));
  return common.length === 0 ? null : common;
}

function narrower(one: TypeFilter, other: TypeFilter): TypeFilter | null {
  if (covers(one, other)) return other;
  return covers(other, one) ? one : null;
}

const covers = (wide: TypeFilter, narrow: TypeFilter): boolean =>
  wide.isPrefix ? narrow.type.startsWith(wide.type) : !narrow.isPrefix && narrow.type === wide.type;
