/**
 * T with every field required, the optional ones too (their values may still be undefined). An object
 * literal of this type does not compile where a field of T is left out.
 */
export type AllFields<T> = { readonly [Field in keyof Required<T>]: T[Field] };

/** Nothing, or, where a field of T is not in the list, a type that no list has. */
type ListsAll<T, Fields extends readonly unknown[]> =
  Exclude<keyof T, Fields[number]> extends never ? unknown : { readonly missing: Exclude<keyof T, Fields[number]> };

/** A list of all fields of T, in an order of one's own; where one is left out, it does not compile. */
export const allFieldsOf =
  <T>() =>
  <const Fields extends readonly (keyof T)[]>(fields: Fields & ListsAll<T, Fields>): Fields =>
    fields;
