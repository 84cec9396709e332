import {
  arrayElements,
  objectMembers,
  type JsonMember,
  type JsonSpan,
} from '../../../libs/json-payload/json-members.ts';
import { OPEN_BRACE, OPEN_BRACKET } from '../../../libs/json-payload/json-scanner.ts';
import type { PathStep } from './value-path.ts';

/**
 * The values of one payload, found in its source text: numbers stay digit for digit what they were, of duplicate keys the
 * last one counts (as for JSON.parse), and only what the payload itself has is there.
 */
export class PayloadValues {
  private readonly members = new Map<number, readonly JsonMember[]>();
  private readonly elements = new Map<number, readonly JsonSpan[]>();

  /** @param text one valid JSON value. */
  constructor(readonly text: string) {}

  /** The JSON text of a value; null where it is not there. */
  find(steps: readonly PathStep[]): string | null {
    let span: JsonSpan | undefined = { start: 0, end: this.text.length };
    for (const step of steps) {
      span = typeof step === 'number' ? this.element(span, step) : this.member(span, step);
      if (span === undefined) return null;
    }
    return this.text.slice(span.start, span.end);
  }

  private member({ start, end }: JsonSpan, key: string): JsonSpan | undefined {
    if (this.text.charCodeAt(start) !== OPEN_BRACE) return undefined;
    let members = this.members.get(start);
    if (members === undefined) {
      members = objectMembers(this.text, start, end);
      this.members.set(start, members);
    }
    for (let index = members.length - 1; index >= 0; index--) {
      if (members[index]?.key === key) return members[index];
    }
    return undefined;
  }

  private element({ start, end }: JsonSpan, index: number): JsonSpan | undefined {
    if (this.text.charCodeAt(start) !== OPEN_BRACKET) return undefined;
    let elements = this.elements.get(start);
    if (elements === undefined) {
      elements = arrayElements(this.text, start, end);
      this.elements.set(start, elements);
    }
    return elements[index];
  }
}
