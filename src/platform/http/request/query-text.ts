import { parse, unescape, type ParsedUrlQuery } from 'node:querystring';

/** The parameters, by their names, whose text is not what a percent-encoding of UTF-8 makes. */
const MALFORMED = Symbol('malformed');

type Query = ParsedUrlQuery & { readonly [MALFORMED]?: readonly string[] };

/**
 * Parses the query string of a request. It never throws: `node:querystring` takes a `%` that encodes nothing as it stands, and bytes
 * that are not UTF-8 as U+FFFD. So another text would be looked for than was meant: {@link malformedParameters} names them.
 *
 * @param text null where there is no query string
 */
export function parseQuery(text: string | null): ParsedUrlQuery {
  if (text === null) return parse('');
  const query = parse(text);
  if (!text.includes('%')) return query;
  const malformed = text.split('&').filter((parameter) => !isWellFormed(parameter));
  if (malformed.length > 0) Object.defineProperty(query, MALFORMED, { value: malformed.map(nameOf) });
  return query;
}

/** The names of the parameters that are not percent-encoded UTF-8. */
export const malformedParameters = (query: object): readonly string[] => (query as Query)[MALFORMED] ?? [];

function isWellFormed(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

const nameOf = (parameter: string): string => unescape(parameter.split('=', 1)[0] as string);
