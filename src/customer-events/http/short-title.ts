/** Of a title as JSON writes it, in a context: 200 characters of most languages, or 60 emoji. */
export const TITLE_MAX_BYTES = 240;

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });
const ELLIPSIS = '…';

/** A title of at most {@link TITLE_MAX_BYTES}, cut between two graphemes, so that titles have a bound among 16 KiB. */
export function shortTitle(title: string): string {
  if (jsonBytes(title) <= TITLE_MAX_BYTES) return title;
  let short = '';
  let left = TITLE_MAX_BYTES - jsonBytes(ELLIPSIS);
  for (const { segment } of GRAPHEMES.segment(title)) {
    left -= jsonBytes(segment);
    if (left < 0) break;
    short += segment;
  }
  return short + ELLIPSIS;
}

const jsonBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;
