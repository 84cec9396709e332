import { createHmac, timingSafeEqual } from 'node:crypto';

const SIGNATURE = 'X-HelpScout-Signature';

/**
 * Whether Help Scout has opened this page: the signature is the HMAC of all other parameters, in their order, as PHP writes
 * them as JSON.
 *
 * @param {URLSearchParams} parameters of the request, without those that are in the callback URL of the app
 * @param {string} secret of the app
 */
export function isFromHelpScout(parameters, secret) {
  const given = Buffer.from(parameters.get(SIGNATURE) ?? '', 'base64');
  const signed = Object.fromEntries([...parameters].filter(([name]) => name !== SIGNATURE));
  const json = JSON.stringify(signed)
    .replaceAll('/', '\\/')
    .replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const expected = createHmac('sha1', secret).update(json).digest();
  return given.length === expected.length && timingSafeEqual(given, expected);
}
