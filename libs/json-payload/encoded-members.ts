import { JsonText } from './json-text.ts';

/** Those of the members that no variant of a text has. */
type MissingMembers<Text extends string, Names extends string> = Names extends unknown
  ? [Extract<Text, `${string}"${Names}":${string}`>] extends [never]
    ? Names
    : never
  : never;

type HasAll<Text extends string, Names extends string> = [MissingMembers<Text, Names>] extends [never]
  ? unknown
  : { readonly missing: MissingMembers<Text, Names> };

/**
 * For JSON that a template puts together, because that takes a fraction of the time of a walk over an
 * object: the type of the template tells which members are in it, and where one of T is missing, it does
 * not compile. It costs nothing at run time.
 */
export const encodedMembers =
  <T>() =>
  <const Text extends string>(text: Text & HasAll<Text, keyof T & string>): JsonText =>
    new JsonText(text);
