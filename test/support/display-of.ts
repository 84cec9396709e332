import { deepStrictEqual, ok } from 'node:assert';
import type { CompiledRules, DisplayedEvent } from '../../src/event-types/domain/compiled-rules.ts';
import type { Display } from '../../src/event-types/domain/display-rule.ts';

/** How rules display an event; fails where the JSON of it, which is written in another way, is not the same. */
export function displayOf(rules: CompiledRules, event: DisplayedEvent, customerName: string | null): Display {
  const display = rules.display(event, customerName);
  const json = rules.displayJson(event, customerName);
  deepStrictEqual(JSON.stringify(JSON.parse(json)), JSON.stringify(display));
  ok(!/[^\0-\xff]/.test(json), json);
  return display;
}
