/** A fence that is longer than any row of backticks in the text (CommonMark 0.31, 4.5). */
export const fenceFor = (text: string): string => '`'.repeat(Math.max(3, longestBackticks(text) + 1));

/** A code span whose delimiters do not occur in the text, which is one line (CommonMark 0.31, 6.1). */
export function codeSpan(text: string): string {
  const longest = longestBackticks(text);
  const ticks = '`'.repeat(longest + 1);
  return longest === 0 ? `${ticks}${text}${ticks}` : `${ticks} ${text} ${ticks}`;
}

const longestBackticks = (text: string): number =>
  Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
