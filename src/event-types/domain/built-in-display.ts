import type { Severity } from './display-rule.ts';
import { plainLine } from './plain-text.ts';

/** A type with one of these among its words tells of something that went wrong. */
const WARNING_WORDS = new Set([
  'failed',
  'declined',
  'refused',
  'rejected',
  'bounced',
  'error',
  'expired',
  'disputed',
  'chargeback',
]);

const wordsOf = (type: string): string[] => type.split(/[._]+/).filter((word) => word !== '');

/** `order.placed` → `Order placed`. */
export function builtInTitle(type: string): string {
  const title = wordsOf(type).join(' ');
  return plainLine(title === '' ? type : title.charAt(0).toUpperCase() + title.slice(1));
}

export const builtInSeverity = (type: string): Severity =>
  wordsOf(type).some((word) => WARNING_WORDS.has(word)) ? 'warning' : 'info';
