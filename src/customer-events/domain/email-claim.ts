import { hash } from 'node:crypto';

/**
 * The key under which a customer has its e-mail address to itself within its app, in any case of its letters:
 * SHA-256, as 32 characters of one byte each.
 */
export const emailClaim = (appId: string, email: string): string =>
  hash('sha256', `${appId}\0${email.toLowerCase()}`, 'binary');
