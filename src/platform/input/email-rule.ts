import { isEmail, ValidateBy } from 'class-validator';
import { SHORT_LINE } from '../../../libs/kernel/characters.ts';

/**
 * What nobody sees: zero-width and soft marks, and those that turn the direction. Pasted with an address, one of them makes it another
 * address, which no look-up of the one that people see would find.
 */
const INVISIBLE =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]/;

/** The check of validator throws on lone surrogates, which no short line has. */
const isEmailAddress = (value: unknown): boolean =>
  typeof value === 'string' && SHORT_LINE.test(value) && !INVISIBLE.test(value) && isEmail(value);

const problemOf = (value: unknown): string =>
  typeof value === 'string' && INVISIBLE.test(value)
    ? 'must be an e-mail address, and has an invisible character; type it anew'
    : 'must be an e-mail address';

export const IsEmailAddress = (): PropertyDecorator =>
  ValidateBy(
    { name: 'isEmailAddress', validator: { validate: isEmailAddress } },
    { message: ({ value }) => problemOf(value) },
  );
