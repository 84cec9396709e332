import { isLongerThan } from '../../../libs/kernel/characters.ts';

const MAX_LENGTH = 1_000;
const PLACEHOLDERS = /\{(?:customerExternalId|eventId)\}/g;
/** Scheme and host, and then nothing, or what ends a host: so no placeholder can be a part of it. */
const LITERAL_ORIGIN = /^https?:\/\/[^\s/\\?#{}@\p{Cc}\p{Cs}]+(?=$|[/?#])/iu;
const UNFIT = /[\s\\{}\p{Cc}\p{Cs}]/u;

/** What a template of a link may be, in words that follow "must be". */
export const EVENT_LINK_FORMS =
  `an http or https URL of at most ${MAX_LENGTH} characters, with literal scheme and host and no user; its placeholders are ` +
  '{customerExternalId} and {eventId}';

/** Whether a text is a template of the links that a host has for events. */
export function isEventLink(text: string): boolean {
  if (isLongerThan(text, MAX_LENGTH) || !LITERAL_ORIGIN.test(text)) return false;
  const filled = text.replaceAll(PLACEHOLDERS, 'x');
  return !UNFIT.test(filled) && URL.canParse(filled);
}
