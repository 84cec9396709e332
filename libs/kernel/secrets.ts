import { hash } from 'node:crypto';
import { randomStringSource } from './random-string.ts';

/** Of the characters behind the prefix of a secret: 48 of 62 characters, 285 bits. */
const SECRET_LENGTH = 48;

const randomCharacters = randomStringSource('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789');

/** A new secret, from the operating system's CSPRNG. @param prefix by which people see what it is, such as `es_`. */
export const newSecret = (prefix: string): string => prefix + randomCharacters(SECRET_LENGTH);

/** What secrets with one of these prefixes look like. @param prefixes letters, digits and `_`. */
export const secretPattern = (...prefixes: readonly string[]): RegExp =>
  new RegExp(`^(?:${prefixes.join('|')})[A-Za-z0-9]{${SECRET_LENGTH}}$`);

/** What is kept of a secret. There are too many to guess, so a plain SHA-256 keeps it well. */
export const sha256OfSecret = (secret: string): Buffer => hash('sha256', secret, 'buffer');
