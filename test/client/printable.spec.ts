import { expect, it } from '@jest/globals';
import { printable, printableJsonText } from '../../client/src/cli/printable.ts';
import * as operator from '../../src/cli/printable.ts';

it('the command line of the client escapes what the operator commands escape', () => {
  const units = Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit)).join('');
  expect(printable(units)).toBe(operator.printable(units));
  expect(printableJsonText(units)).toBe(operator.printableJsonText(units));
});
