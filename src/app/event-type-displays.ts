import { Injectable } from '@nestjs/common';
import { EventDisplayRules, type EventDisplays } from '../customer-events/application/event-displays.port.ts';
import type { TypeDisplay } from '../customer-events/domain/event-display.ts';

/** Words of a type that tell of something that went wrong. */
const WARNING_WORDS: ReadonlySet<string> = new Set([
  ...['failed', 'declined', 'refused', 'rejected', 'bounced'],
  ...['error', 'expired', 'disputed', 'chargeback'],
]);

/** How events are displayed as long as no app has rules: by the words of their types. */
@Injectable()
export class EventTypeDisplays extends EventDisplayRules {
  of(): Promise<EventDisplays> {
    return Promise.resolve(BY_TYPE);
  }
}

const wordsOf = (type: string): string[] => type.split(/[._]+/).filter((word) => word !== '');

function titleOfType(type: string): string {
  const title = wordsOf(type).join(' ') || type;
  return title.charAt(0).toUpperCase() + title.slice(1);
}

const ofType = (type: string): TypeDisplay => ({
  severity: wordsOf(type).some((word) => WARNING_WORDS.has(word)) ? 'warning' : 'info',
  icon: null,
  quiet: false,
  hidden: false,
});

const BY_TYPE: EventDisplays = {
  hasRules: false,
  of: ({ type }) => ({ ...ofType(type), title: titleOfType(type), url: null, fields: [] }),
  ofType,
  titleOfType,
  masked: ({ payload }) => payload,
};
