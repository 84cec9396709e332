import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import type { CompiledRules, DisplayedEvent } from '../domain/compiled-rules.ts';

/** Of the texts of all displays that are held, in characters of one byte. */
const MAX_BYTES = 25_165_824;
/** What an entry takes besides its text. */
const OVERHEAD_BYTES = 150;

interface Made {
  readonly rules: CompiledRules;
  readonly customerName: string | null;
  readonly json: JsonText;
}

/** An event whose fields are made only where its display has to be made. */
interface EventOfPage {
  readonly id: string;
  decoded(): DisplayedEvent;
}

/**
 * The displays that were made last, as JSON. An event never changes, so its display is the same as long as the rules are:
 * where a timeline is read again, as pages do that stay open, a display costs a look-up instead of 2 to 4 µs.
 *
 * It decides nothing: an event that was erased is not read, so what was made of it is not asked for.
 */
@Injectable()
export class DisplayCache {
  private readonly made = new LRUCache<string, Made>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ json }) => OVERHEAD_BYTES + json.text.length,
  });

  /** {@link CompiledRules.displayJson} */
  json(rules: CompiledRules, event: EventOfPage, customerName: string | null): JsonText {
    const known = this.made.get(event.id);
    if (known !== undefined && known.rules === rules && known.customerName === customerName) return known.json;
    const json = new JsonText(flat(rules.displayJson(event.decoded(), customerName)));
    this.made.set(event.id, { rules, customerName, json });
    return json;
  }
}

/** V8 keeps a text that was put together as a tree of its parts, of several times its size, until a character is read. */
function flat(text: string): string {
  text.charCodeAt(0);
  return text;
}
