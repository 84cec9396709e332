import type { JsonText } from '../../../libs/json-payload/json-text.ts';
import { customerPlan } from '../domain/customer-plan.ts';
import { plainLine } from '../domain/plain-line.ts';

const PLAN_MAX_CHARACTERS = 100;
export const PLAN_DESCRIPTION = `\`plan\` of the customer's metadata, where that is a string or a number, cut to ${PLAN_MAX_CHARACTERS} characters; otherwise null.`;

/** The plan of a customer as one plain line; null: none is known. */
export function planLine(metadata: JsonText): string | null {
  const plan = customerPlan(metadata);
  return plan === null ? null : plainLine(plan, PLAN_MAX_CHARACTERS);
}
