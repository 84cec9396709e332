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
const DECIMAL = /^(-?)(\d{1,60})(?:\.(\d{1,60}))?(?:[eE]([+-]?\d{1,2}))?$/;
const CURRENCY = /^[A-Za-z]{3}$/;
/** Of `Intl.NumberFormat` in Node 20. */
const MAX_FRACTION_DIGITS = 20;
const MAX_INTEGER_DIGITS = 60;

/** Making one takes 20 to 50 µs, using it 1 µs. The codes come from payloads, so there may be any number. */
const formats = new LRUCache<string, Intl.NumberFormat>({ max: 200 });

/**
 * An amount with its currency, such as `$1,234.50`: no digit is rounded away, and none is lost. What cannot be written so
 * (no number, no ISO 4217 code, too many digits) stays as it is: `12 points`.
 *
 * @param amount a decimal number as text.
 * @param currency its code, in any case; null: not known.
 * @param isMinor the amount counts minor units, cents for example.
 */
export function moneyText(amount: string, currency: string | null, isMinor: boolean): string {
  const asItIs = currency === null || currency === '' ? amount : `${amount} ${currency}`;
  const parts = DECIMAL.exec(amount);
  if (parts === null || currency === null || !CURRENCY.test(currency)) return asItIs;
  const code = currency.toUpperCase();
  const unitDigits = MINOR_UNIT_DIGITS.get(code) ?? USUAL_MINOR_UNIT_DIGITS;
  const [, sign = '', integer = '', fraction = '', exponent = '0'] = parts;
  const written = shifted(integer, fraction, Number(exponent) - (isMinor ? unitDigits : 0));
  const digits = Math.max(unitDigits, written.fraction.length);
  if (digits > MAX_FRACTION_DIGITS || written.integer.length > MAX_INTEGER_DIGITS) return asItIs;
  // A decimal string is formatted digit for digit (ECMA-402, Intl mathematical value); a number would be rounded.
  const decimal = `${sign}${written.integer}${written.fraction === '' ? '' : `.${written.fraction}`}`;
  return formatOf(code, digits).format(decimal as unknown as number);
}

/** Digits with the decimal point moved to the right by some places; negative: to the left. */
function shifted(integer: string, fraction: string, places: number): { integer: string; fraction: string } {
  const point = integer.length + places;
  const digits = integer + fraction;
  if (point <= 0) return { integer: '0', fraction: '0'.repeat(-point) + digits };
  if (point >= digits.length) return { integer: digits + '0'.repeat(point - digits.length), fraction: '' };
  return { integer: digits.slice(0, point), fraction: digits.slice(point) };
}

function formatOf(currency: string, digits: number): Intl.NumberFormat {
  const name = `${currency}${digits}`;
  let format = formats.get(name);
  if (format === undefined) {
    format = new Intl.NumberFormat('en-US', {
      style: 'currency',
      currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    formats.set(name, format);
  }
  return format;
}

function words(text: string): string[] {
  return text.split(' ');
}
