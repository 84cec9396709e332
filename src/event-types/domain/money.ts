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
/** The same without sign and exponent, and not long. */
const USUAL_AMOUNT = /^(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/;
/** Present and former ones; not gold, nor what only looks like a code, whose minor unit nobody knows. */
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));
const CURRENCY_LENGTH = 3;
const MAX_DIGITS = 60;

interface Money {
  /** What stands before the amount. */
  readonly symbol: string;
  readonly unitDigits: number;
}

/** By code as it is written, in a few ways at most. To ask `Intl` takes 20 to 50 µs. */
const currencies = new Map<string, Money>();

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
  const money = currency === null ? undefined : moneyOf(currency);
  if (money !== undefined && !isMinor && USUAL_AMOUNT.test(amount)) return usualMoney(amount, money);
  const parts = money === undefined ? null : DECIMAL.exec(amount);
  if (money === undefined || parts === null) return asItIs;
  const [, sign = '', integer = '', fraction = '', exponent] = parts;
  const places = (exponent === undefined ? 0 : Number(exponent)) - (isMinor ? money.unitDigits : 0);
  const written = places === 0 ? { integer, fraction } : shifted(integer, fraction, places);
  if (written.integer.length + written.fraction.length > MAX_DIGITS) return asItIs;
  const decimals = written.fraction.padEnd(money.unitDigits, '0');
  return `${sign}${money.symbol}${grouped(written.integer)}${decimals === '' ? '' : `.${decimals}`}`;
}

/** In half of the time. */
function usualMoney(amount: string, { symbol, unitDigits }: Money): string {
  const point = amount.indexOf('.');
  const integer = point < 0 ? amount : amount.slice(0, point);
  const decimals = point < 0 ? '' : amount.slice(point + 1);
  const written = decimals.length < unitDigits ? decimals.padEnd(unitDigits, '0') : decimals;
  return symbol + grouped(integer) + (written === '' ? '' : `.${written}`);
}

/** Digits with the decimal point moved to the right by some places; negative: to the left. */
function shifted(integer: string, fraction: string, places: number): { integer: string; fraction: string } {
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
  if (integer.length <= 3) return integer;
  let text = integer.slice(0, integer.length % 3);
  for (let at = text.length; at < integer.length; at += 3) {
    text += (text === '' ? '' : ',') + integer.slice(at, at + 3);
  }
  return text;
}

/** What is known of a currency by its code, in any case; undefined: there is none. */
function moneyOf(currency: string): Money | undefined {
  if (currency.length !== CURRENCY_LENGTH) return undefined;
  let known = currencies.get(currency);
  if (known !== undefined) return known;
  const code = currency.toUpperCase();
  if (!CURRENCIES.has(code)) return undefined;
  known = { symbol: symbolOf(code), unitDigits: MINOR_UNIT_DIGITS.get(code) ?? USUAL_MINOR_UNIT_DIGITS };
  currencies.set(currency, known);
  return known;
}

/** `$`, or the code and a space that does not break. */
function symbolOf(code: string): string {
  const parts = new Intl.NumberFormat('en-US', { style: 'currency', currency: code }).formatToParts(0);
  return parts
    .slice(
      0,
      parts.findIndex(({ type }) => type === 'integer'),
    )
    .map(({ value }) => value)
    .join('');
}

function words(text: string): string[] {
  return text.split(' ');
}
