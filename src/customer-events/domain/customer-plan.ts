import type { JsonText } from '../../../libs/json-payload/json-text.ts';
import { objectMembers } from '../../../libs/json-payload/json-members.ts';

/**
 * What the member `plan` of a customer's metadata says, where it is a string or a number, which keeps its digits;
 * otherwise null. Of duplicate members the last one counts.
 */
export function customerPlan({ text }: JsonText): string | null {
  const member = objectMembers(text).findLast(({ key }) => key === 'plan');
  if (member === undefined) return null;
  const value = text.slice(member.start, member.end);
  if (value.startsWith('"')) return JSON.parse(value) as string;
  return /^[-\d]/.test(value) ? value : null;
}
