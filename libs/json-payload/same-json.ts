import { canonicalJson } from './canonical-json.ts';

/** Whether two JSON texts, both accepted by JSON.parse, have the same value by the rules of {@link canonicalJson}. */
export function sameJson(a: string, b: string): boolean {
  return a === b || canonicalJson(a) === canonicalJson(b);
}
