import { JsonText } from '../../libs/json-payload/json-text.ts';
import { EventDisplayRules, type EventDisplays } from '../../src/customer-events/application/event-displays.port.ts';
import type { CustomerEvent } from '../../src/customer-events/domain/customer-event.ts';
import type { EventDisplay, TypeDisplay } from '../../src/customer-events/domain/event-display.ts';

/** What a rule of a test says of a type. */
export interface TestRule extends Partial<Omit<EventDisplay, 'title'>> {
  /** `{payload}` and `{customer}` in it are replaced. */
  readonly title?: string;
  /** Instead of the whole payload. */
  readonly masked?: string;
}

/** Rules of an app by exact types. What a rule does not say is as without one. */
export class RulesByType extends EventDisplayRules {
  /** How often somebody asked. */
  asked = 0;

  constructor(public rules: Readonly<Record<string, TestRule>> = {}) {
    super();
  }

  of(): Promise<EventDisplays> {
    this.asked++;
    const { rules } = this;
    const ofType = (type: string): TypeDisplay => {
      const { severity, icon, quiet, hidden } = rules[type] ?? {};
      const usual = /failed|error/.test(type) ? 'warning' : 'info';
      return { severity: severity ?? usual, icon: icon ?? null, quiet: quiet ?? false, hidden: hidden ?? false };
    };
    const titleOf = (type: string, payload: string, customer: string): string =>
      (rules[type]?.title ?? type).replace('{payload}', () => payload).replace('{customer}', () => customer);
    const displayOf: EventDisplays['of'] = ({ type, payload }, name) => ({
      title: titleOf(type, payload.text, name ?? '—'),
      ...ofType(type),
      url: rules[type]?.url ?? null,
      fields: rules[type]?.fields ?? [],
    });
    const encoded: EventDisplays['encoded'] = (event, name) => {
      const { title, severity, icon, url, fields, quiet, hidden } = displayOf(event, name);
      return new JsonText(JSON.stringify({ title, severity, icon, url, fields, quiet, hidden }));
    };
    return Promise.resolve({
      hasRules: Object.keys(rules).length > 0,
      showsCustomer: Object.values(rules).some(({ title }) => title?.includes('{customer}')),
      of: displayOf,
      encoded,
      encodedOfPage: (event, name) => encoded(event.decoded(), name),
      ofType,
      titleOfType: (type) => titleOf(type, '—', '—'),
      masked: ({ type, payload }: Pick<CustomerEvent, 'type' | 'payload'>) => {
        const masked = rules[type]?.masked;
        return masked === undefined ? payload : new JsonText(masked);
      },
    });
  }
}
