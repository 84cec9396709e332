import { hash } from 'node:crypto';
import { basename } from 'node:path';
import { canonicalJson } from '../../../libs/json-payload/canonical-json.ts';
import type { EventDraft } from '../../customer-events/domain/customer-event.ts';

/** Hexadecimal digits, of 4 bits: 96 bits for a hash of content, which senders may choose. */
const DIGITS = 24;
const NAME_DIGITS = 8;

/** An event's id of its place: the same for the same line of a file of the same name. */
export function eventIdOfLine(path: string, line: number): string {
  const name = basename(path).replace(/\.gz$/, '');
  return `line-${line}-${digest(name).slice(0, NAME_DIGITS)}`;
}

/** An event's id of its type, instant and payload as values: equal events of a customer have the same. */
export function eventIdOfContent({ type, occurredAt, payload }: EventDraft): string {
  return `content-${digest(JSON.stringify([type, occurredAt ?? null, canonicalJson(payload.text)])).slice(0, DIGITS)}`;
}

/** An event's id of its type and some cells of its row. */
export function eventIdOfCells(type: string, cells: readonly string[]): string {
  return `row-${digest(JSON.stringify([type, ...cells])).slice(0, DIGITS)}`;
}

const digest = (text: string): string => hash('sha256', text, 'hex');
