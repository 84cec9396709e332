import type { TypeSummary } from './timeline.ts';

/** So many events of one type. */
export type TypeCount = Pick<TypeSummary, 'type' | 'count'>;

/** In which order items give way where there is not room for all: `quiet` first, `severe` last. */
export type Rank = 'quiet' | 'ordinary' | 'severe';

/** An event, or a run of them, that may be shown whole, as an outline, or not at all. */
export interface FittingItem {
  /** Of the event; of a run: of its latest. */
  readonly id: string;
  readonly rank: Rank;
  /** It is shown at least as an outline, whatever else gives way. */
  readonly isReserved: boolean;
  /** What is missing where the item is left out. */
  readonly counts: readonly TypeCount[];
  /** What is missing in any case between this item and the next. */
  readonly missingBehind: readonly TypeCount[];
  /** What it takes with its payload; null: its payload was not read. */
  readonly wholeBytes: number | null;
  readonly outlineBytes: number;
}

/** What is left out between two items that are shown. */
export interface Omission {
  /** The id of the shown item that is newer; null: there is none. */
  readonly after: string | null;
  /** The id of the shown item that is older; null: there is none. */
  readonly before: string | null;
  /** All events that are left out here. */
  readonly count: number;
  /** The most frequent types of them, at most {@link OMISSION_MAX_TYPES}; there may be others. */
  readonly types: readonly TypeCount[];
}

export interface FittedItem<Item> {
  readonly item: Item;
  readonly isWhole: boolean;
  /** What is left out before it, or undefined. */
  readonly omission: Omission | undefined;
}

export interface Fitted<Item> {
  readonly shown: readonly FittedItem<Item>[];
  /** What is left out after the last of them, or undefined. */
  readonly rest: Omission | undefined;
}

export const OMISSION_MAX_TYPES = 5;
/** The names of the types of an omission, together: a name has at most 100 characters. */
const OMISSION_MAX_NAMES = 250;

type BytesOf = (omission: Omission) => number;

/**
 * Chooses what of the items is shown, so that it takes at most so many bytes together with what tells how many
 * events are left out between them. Where all fit, all are whole. Otherwise outlines come before payloads, and the newest
 * before the oldest; what is quiet comes after all payloads of what is not, and what is severe before its like.
 *
 * The least that it takes is {@link leastBytes}, also where that is more than there is room for.
 *
 * @param items the newest first.
 */
export function fitItems<Item extends FittingItem>(
  items: readonly Item[],
  omissionBytes: BytesOf,
  maxBytes: number,
): Fitted<Item> {
  const fitting = new Fitting(items, omissionBytes, maxBytes);
  if (fitting.takesAll()) return fitting.result();
  fitting.addOutlines('severe');
  fitting.addOutlines('ordinary');
  fitting.addPayloads('severe');
  fitting.addPayloads('ordinary');
  fitting.addOutlines('quiet');
  fitting.addPayloads('quiet');
  return fitting.result();
}

/** What {@link fitItems} takes where only the outlines of reserved items are shown. */
export const leastBytes = (items: readonly FittingItem[], omissionBytes: BytesOf): number =>
  new Fitting(items, omissionBytes, 0).bytes;

type Form = 'whole' | 'outline' | 'left out';

class Fitting<Item extends FittingItem> {
  bytes: number;
  private forms: Form[];

  constructor(
    private readonly items: readonly Item[],
    private readonly omissionBytes: BytesOf,
    private readonly maxBytes: number,
  ) {
    this.forms = items.map(({ isReserved }) => (isReserved ? 'outline' : 'left out'));
    this.bytes = this.measure();
  }

  /** Takes all items whole, those without a payload as outlines, if they fit; whether they do. */
  takesAll(): boolean {
    const least = { forms: this.forms, bytes: this.bytes };
    this.forms = this.items.map(({ wholeBytes }) => (wholeBytes === null ? 'outline' : 'whole'));
    this.bytes = this.measure();
    if (this.bytes <= this.maxBytes) return true;
    ({ forms: this.forms, bytes: this.bytes } = least);
    return false;
  }

  /** The newest first, up to the first for which there is no room: so what is left out is what is older. */
  addOutlines(rank: Rank): void {
    for (const [index, item] of this.items.entries()) {
      if (item.rank !== rank || this.forms[index] !== 'left out') continue;
      if (!this.takes(index, 'outline', item.outlineBytes + this.omissionsChange(index))) return;
    }
  }

  /** The newest first; where one is too large, there may be room for an older one. */
  addPayloads(rank: Rank): void {
    for (const [index, { rank: ofItem, wholeBytes, outlineBytes }] of this.items.entries()) {
      if (ofItem !== rank || wholeBytes === null || this.forms[index] !== 'outline') continue;
      this.takes(index, 'whole', wholeBytes - outlineBytes);
    }
  }

  result(): Fitted<Item> {
    const shown: FittedItem<Item>[] = [];
    let before = -1;
    for (const [index, item] of this.items.entries()) {
      const form = this.forms[index];
      if (form === 'left out') continue;
      shown.push({ item, isWhole: form === 'whole', omission: this.omission(before, index) });
      before = index;
    }
    return { shown, rest: this.omission(before, this.items.length) };
  }

  private takes(index: number, form: Form, bytes: number): boolean {
    if (this.bytes + bytes > this.maxBytes) return false;
    this.bytes += bytes;
    this.forms[index] = form;
    return true;
  }

  private measure(): number {
    const { shown, rest } = this.result();
    return shown.reduce(
      (bytes, { item, isWhole, omission }) =>
        bytes + (isWhole ? (item.wholeBytes as number) : item.outlineBytes) + this.bytesOf(omission),
      this.bytesOf(rest),
    );
  }

  /** How the bytes of omissions change where an item that was left out is shown. */
  private omissionsChange(index: number): number {
    let [newer, older] = [index - 1, index + 1];
    while (newer >= 0 && this.forms[newer] === 'left out') newer--;
    while (older < this.items.length && this.forms[older] === 'left out') older++;
    return (
      this.bytesOf(this.omission(newer, index)) +
      this.bytesOf(this.omission(index, older)) -
      this.bytesOf(this.omission(newer, older))
    );
  }

  private bytesOf(omission: Omission | undefined): number {
    return omission === undefined ? 0 : this.omissionBytes(omission);
  }

  /** What is left out between two places that are shown, or are the beginning or the end. */
  private omission(newer: number, older: number): Omission | undefined {
    const missing = [...(this.items[newer]?.missingBehind ?? [])];
    for (let index = newer + 1; index < older; index++) {
      const { counts, missingBehind } = this.items[index] as Item;
      missing.push(...counts, ...missingBehind);
    }
    const types = mergedCounts(missing);
    if (types.length === 0) return undefined;
    return {
      after: this.items[newer]?.id ?? null,
      before: this.items[older]?.id ?? null,
      count: types.reduce((sum, { count }) => sum + count, 0),
      types: namedTypes(types),
    };
  }
}

/** One count for each type, the most frequent first, then by name. */
export function mergedCounts(counts: readonly TypeCount[]): TypeCount[] {
  const byType = new Map<string, number>();
  for (const { type, count } of counts) byType.set(type, (byType.get(type) ?? 0) + count);
  return [...byType]
    .filter(([, count]) => count > 0)
    .map(([type, count]) => ({ type, count }))
    .sort((a, b) => b.count - a.count || (a.type < b.type ? -1 : 1));
}

function namedTypes(types: readonly TypeCount[]): TypeCount[] {
  let left = OMISSION_MAX_NAMES;
  return types.slice(0, OMISSION_MAX_TYPES).filter(({ type }) => (left -= type.length) >= 0);
}
