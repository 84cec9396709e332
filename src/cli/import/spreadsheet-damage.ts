import { FingerprintMap, readWords } from '../../../libs/kernel/fingerprint-map.ts';

/** Something in a file that a spreadsheet is likely to have changed. */
export interface Warning {
  readonly field: string;
  /** In words that follow the field's name. */
  readonly what: string;
  count: number;
  /** The first of them. */
  readonly lines: number[];
}

/** Of each kind that many lines are named. */
const MAX_LINES = 10;
/** `1.23457E+11`: how Excel shows, and saves, a number of more than 11 digits. */
const SCIENTIFIC = /^-?\d(?:[.,]\d+)?E\+\d{2,3}$/;
/** What spreadsheets and shops write in front of what is not to be taken for a number or a formula. */
export const APOSTROPHE = /^'[-+=@\d]/;
/** About 50 MB where there are as many. */
const MAX_CUSTOMERS = 1_000_000;

/** Notices what spreadsheets do to files: ids that were shortened, apostrophes, addresses in the wrong row. */
export class SpreadsheetDamage {
  readonly warnings: Warning[] = [];
  private readonly addresses = new FingerprintMap(2, MAX_CUSTOMERS);
  private readonly words = new Uint32Array(2);

  /** What is wrong with ids. @param ids by their fields. */
  ofIds(line: number, ids: Readonly<Record<string, string>>): Map<string, string> {
    const problems = new Map<string, string>();
    for (const [field, id] of Object.entries(ids)) {
      const problem = this.ofId(line, field, id);
      if (problem !== undefined) problems.set(field, problem);
    }
    return problems;
  }

  private ofId(line: number, field: string, id: string): string | undefined {
    if (SCIENTIFIC.test(id))
      return this.note(line, field, 'looks like a number that a spreadsheet has shortened, such as 1.23457E+11');
    return APOSTROPHE.test(id)
      ? this.note(line, field, 'begins with an apostrophe, as a spreadsheet marks texts')
      : undefined;
  }

  /**
   * What is wrong with the address of a customer, who may be in the file more than once, in words that follow
   * the field's name; undefined if nothing is.
   */
  ofAddress(line: number, externalId: string, email: string): string | undefined {
    if (email === '') return undefined;
    readWords(email.toLowerCase(), this.words);
    const before = this.addresses.add(externalId);
    if (before === undefined) return undefined;
    if (before[0] === 0) before.set(this.words);
    if (before[0] === this.words[0] && before[1] === this.words[1]) return undefined;
    return this.note(line, 'email', 'is not the address that an earlier line has for the same externalId');
  }

  private note(line: number, field: string, what: string): string {
    let warning = this.warnings.find((other) => other.field === field && other.what === what);
    if (warning === undefined) this.warnings.push((warning = { field, what, count: 0, lines: [] }));
    warning.count++;
    if (warning.lines.length < MAX_LINES) warning.lines.push(line);
    return what;
  }
}

export const warningText = ({ field, what, count, lines }: Warning): string =>
  `Warning: ${field} ${what}: ${count === 1 ? 'line' : `${count} lines,`} ${lines.join(', ')}${count > lines.length ? ' …' : ''}`;
