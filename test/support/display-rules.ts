import { jest } from '@jest/globals';
import { EventDisplayRules } from '../../src/customer-events/application/event-displays.port.ts';
import { RulesByType } from '../fakes/rules-by-type.ts';
import type { TestService } from './test-service.ts';

/** Lets a service display events by rules that a test sets; all its apps have the same. */
export function withRulesByType({ app }: Pick<TestService, 'app'>): RulesByType {
  const rules = new RulesByType();
  jest.spyOn(app.get(EventDisplayRules), 'of').mockImplementation(() => rules.of());
  return rules;
}
