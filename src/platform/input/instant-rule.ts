import { ValidateBy } from 'class-validator';
import { INSTANT_FORMS, parseInstant, type Instant } from '../../../libs/time/instant.ts';

let lastParsed: { readonly text: string; readonly instant: Instant | null } = { text: '', instant: null };

/**
 * The instant of a text, null where it is none. The rule and then the reader ask for the same text, which would take
 * 0.3 µs of a line of an import once more.
 */
export function instantOfText(text: string): Instant | null {
  if (text !== lastParsed.text) lastParsed = { text, instant: parseInstant(text) };
  return lastParsed.instant;
}

/** An instant in one of the accepted forms; nothing else would be stored as the instant that was meant. */
export const IsInstant = (): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isInstant',
      validator: { validate: (value) => typeof value === 'string' && instantOfText(value) !== null },
    },
    { message: `must be ${INSTANT_FORMS}` },
  );
