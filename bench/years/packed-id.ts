import { ID_PATTERN } from '../../libs/kernel/ids.ts';

/** 36¹² is below 2⁶³: twelve digits fit into half of a uuid. */
const HALF_DIGITS = 12;
const HALF_HEX = 16;

/**
 * An id of the API in 16 bytes, as the text of a uuid. Nothing is lost, and uuids sort as the ids do: 24 base-36
 * digits are two numbers of twelve, each below 2⁶³, and `0` to `9` stand before `a` to `z` in both.
 *
 * @param id `c` and 24 of `[a-z0-9]`.
 * @throws RangeError for any other text.
 */
export function packedId(id: string): string {
  if (!ID_PATTERN.test(id)) throw new RangeError(`an id is "c" and 24 of [a-z0-9], which ${JSON.stringify(id)} is not`);
  const hex = hexOf(id.slice(1, 1 + HALF_DIGITS)) + hexOf(id.slice(1 + HALF_DIGITS));
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The id that {@link packedId} made a uuid of. */
export function unpackedId(uuid: string): string {
  const hex = uuid.replaceAll('-', '');
  return `c${digitsOf(hex.slice(0, HALF_HEX))}${digitsOf(hex.slice(HALF_HEX))}`;
}

/** Six digits are below 2³², twelve above 2⁵³, which a number does not hold exactly. */
const SIX_DIGITS = 36n ** 6n;

const hexOf = (digits: string): string =>
  (BigInt(Number.parseInt(digits.slice(0, 6), 36)) * SIX_DIGITS + BigInt(Number.parseInt(digits.slice(6), 36)))
    .toString(16)
    .padStart(HALF_HEX, '0');

const digitsOf = (hex: string): string => BigInt(`0x${hex}`).toString(36).padStart(HALF_DIGITS, '0');
