import { describe, expect, it } from '@jest/globals';
import { errorMessage, OperatorError } from './error-message.ts';
import { printable, printableJson, printableJsonText, printableLines } from './printable.ts';

const HOSTILE = 'a\x1b]0;title\x07\r\n\tb\x7f\x9b31m\u202ec\u2066d\u2028e\u061c\u200f';
const SHOWN = 'a\\u001b]0;title\\u0007\\u000d\\u000a\\u0009b\\u007f\\u009b31m\\u202ec\\u2066d\\u2028e\\u061c\\u200f';

describe('what a command prints', () => {
  it('shows control characters, also of C1 and of the direction of texts, as JSON escapes them', () => {
    expect(printable(HOSTILE)).toBe(SHOWN);
  });

  it('shows all other characters as they are', () => {
    const text = 'Zoë 😀 👩‍👧 محمد "\\u001b" 日本';
    expect(printable(text)).toBe(text);
  });

  it('keeps the lines of a message of several', () => {
    expect(printableLines('one\n\x1btwo')).toBe('one\n\\u001btwo');
  });

  it('as JSON has the same values, and no control character as it is', () => {
    const value = { [HOSTILE]: HOSTILE, none: null };
    const json = printableJson(value);
    expect(JSON.parse(json)).toEqual(value);
    expect(json).not.toMatch(/[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/);
  });

  it('as JSON that is a text already has the same values too, whatever white space is between them', () => {
    const json = '{\r\n\t"n": 1.10,\n\t"text": "a\u009b\u202e\\n"}';
    const printed = printableJsonText(json);
    expect(printed).toBe('{   "n": 1.10,  "text": "a\\u009b\\u202e\\n"}');
    expect(JSON.parse(printed)).toEqual(JSON.parse(json));
  });

  it('of an error shows them escaped, whether its message is enough or its stack is needed', () => {
    expect(errorMessage(new OperatorError(`There is no app "${HOSTILE.replace('\n', '')}"`))).toBe(
      `There is no app "${SHOWN.replace('\\u000a', '')}"`,
    );
    const fault = errorMessage(Object.assign(new Error('broken \x1b[2J'), { detail: '\x9b2J', cause: '\u202e' }));
    expect(fault).toMatch(/^Error: broken \\u001b\[2J\n\s+at /);
    expect(fault).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    expect(errorMessage('\x1b')).toBe('\\u001b');
  });
});
