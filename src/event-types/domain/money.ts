import { LRUCache } from 'lru-cache';

/**
 * How many digits the minor unit of a currency has, where these are not two (ISO 4217, list one). `Intl` follows CLDR
 * instead, which has other digits for a dozen of them, and these decide what an amount in minor units means.
 */
const MINOR_UNIT_DIGITS: ReadonlyMap<string, number> = new Map([
  ...words('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF').map((code) => [code, 0] as const),
  ...words('BHD IQD JOD KWD LYD OMR TND').map((code) => [code, 3] as const),
  ...words('CLF UYW').map((code) => [code, 4] as const),
]);
const USUAL_MINOR_UNIT_DIGITS = 2;

/** A decimal number as JSON writes it, in parts. */
const DECIMAL = /^(-?)(0|[1-9]\d{0,59})(?:\.(\d{1,60}))?(?:[eE]([+-]?\d{1,2}))?$/;
/** Present and former ones; not gold, nor what only looks like a code, whose minor unit nobody knows. */
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));
const CURRENCY_LENGTH = 3;
const MAX_DIGITS = 60;

/** What stands before the amount, by currency. To ask `Intl` takes 20 to 50 µs, and the codes come from payloads. */
const symbols = new LRUCache<string, string>({ max: 200 });

/**
 * An amount with its currency as English (en-US) writes it, such as `$1,234.50`: no digit is rounded away, and none is
 * lost. What cannot be written so (no number, no ISO 4217 code, too many digits) stays as it is: `12 points`.
 *
 * Digits are grouped here and not by `Intl`, which took 4 µs for each, and rounds beyond 20 of them in Node 20.
 *
 * @param amount a decimal number as text.
 * @param currency its code, in any case; null: not known.
 * @param isMinor the amount counts minor units, cents for example.
 */
export function moneyText(amount: string, currency: string | null, isMinor: boolean): string {
  const asItIs = currency === null || currency === '' ? amount : `${amount} ${currency}`;
  const parts = DECIMAL.exec(amount);
  const code = currency?.length === CURRENCY_LENGTH ? currency.toUpperCase() : '';
  if (parts === null || !CURRENCIES.has(code)) return asItIs;
  const unitDigits = MINOR_UNIT_DIGITS.get(code) ?? USUAL_MINOR_UNIT_DIGITS;
  const [, sign = '', integer = '', fraction = '', exponent = '0'] = parts;
  const written = shifted(integer, fraction, Number(exponent) - (isMinor ? unitDigits : 0));
  if (written.integer.length + written.fraction.length > MAX_DIGITS) return asItIs;
  const decimals = written.fraction.padEnd(unitDigits, '0');
  return `${sign}${symbolOf(code)}${grouped(written.integer)}${decimals === '' ? '' : `.${decimals}`}`;
}

/** Digits with the decimal point moved to the right by some places; negative: to the left. */
function shifted(integer: string, fraction: string, places: number): { integer: string; fraction: string } {
  if (places === 0) return { integer, fraction };
  const point = integer.length + places;
  const digits = integer + fraction;
  if (point <= 0) return { integer: '0', fraction: '0'.repeat(-point) + digits };
  if (point < digits.length)
    return { integer: withoutLeadingZeros(digits.slice(0, point)), fraction: digits.slice(point) };
  return { integer: withoutLeadingZeros(digits + '0'.repeat(point - digits.length)), fraction: '' };
}

const withoutLeadingZeros = (digits: string): string => digits.replace(/^0+(?=\d)/, '');

/** `1234567` → `1,234,567` */
function grouped(integer: string): string {
  let text = integer.slice(0, integer.length % 3);
  for (let at = text.length; at < integer.length; at += 3) {
    text += (text === '' ? '' : ',') + integer.slice(at, at + 3);
  }
  return text;
}

/** `$`, or the code and a space that does not break. */
function symbolOf(code: string): string {
  let symbol = symbols.get(code);
  if (symbol === undefined) {
    const parts = new Intl.NumberFormat('en-US', { style: 'currency', currency: code }).formatToParts(0);
    const integer = parts.findIndex(({ type }) => type === 'integer');
    symbol = parts
      .slice(0, integer)
      .map(({ value }) => value)
      .join('');
    symbols.set(code, symbol);
  }
  return symbol;
}

function words(text: string): string[] {
  return text.split(' ');
}
