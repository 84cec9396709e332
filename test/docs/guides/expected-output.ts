import { compactJson } from '../../../libs/json-payload/compact-json.ts';

const JSON_STRING_PART = String.raw`(?:[^"\\]|\\.)*`;
const INSTANT = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d`;

/**
 * What differs from run to run is compared by its shape: found by the first regular expression in
 * the guide, and matched by the second one in the output.
 */
const SHAPES: readonly [found: string, matches: string][] = [
  // Ids of events, customers, apps and keys.
  [String.raw`\bc[a-z0-9]{24}\b`, String.raw`\bc[a-z0-9]{24}\b`],
  [String.raw`\bsk_live_agent_[A-Za-z0-9]{48}\b`, String.raw`\bsk_live_agent_[A-Za-z0-9]{48}\b`],
  // In a guide an instant with three decimals comes from the clock (the guides' own events have none, or six); an
  // output has as many decimals as it needs.
  [String.raw`${INSTANT}\.\d{3}Z`, String.raw`${INSTANT}(?:\.\d{1,3})?Z`],
  [String.raw`(?<="nextCursor":")[\w-]+`, String.raw`[\w-]+`],
  [String.raw`\b\d+\.\d s\b`, String.raw`\d+\.\d s`],
];

/** In JSON, a member `"…": "…"` stands for any more members; any other `…` for a part of a string or of a line. */
const ANYTHING = ['"…":"…"', '…'];

const TOKEN = new RegExp([...SHAPES.map(([found]) => found), ...ANYTHING].map((token) => `(${token})`).join('|'), 'g');

/** Whether a command has printed what its guide says. */
export function isExpected(output: string, expected: string, format: 'json' | 'text'): boolean {
  if (format === 'text') return patternOf(expected.trimEnd(), '.*').test(output.trimEnd());
  return patternOf(compactJson(expected), JSON_STRING_PART).test(compactJson(output));
}

function patternOf(expected: string, part: string): RegExp {
  const matches = [...SHAPES.map(([, shape]) => shape), '.*', part];
  let source = '';
  let at = 0;
  for (const token of expected.matchAll(TOKEN)) {
    source += literal(expected.slice(at, token.index));
    source += matches[token.slice(1).findIndex((group) => group !== undefined)];
    at = token.index + token[0].length;
  }
  return new RegExp(`^${source}${literal(expected.slice(at))}$`);
}

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
