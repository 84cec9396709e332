import { hash } from 'node:crypto';

/** Words of 32 bits of a key's hash: two keys with the same are not to be expected. */
const KEY_WORDS = 4;
const FIRST_SLOTS = 1_024;
const MAX_LOAD = 0.7;

/**
 * What was seen of very many keys, in a few words of 32 bits each: hashes of the keys, not the keys, in one
 * typed array. A million keys with six words take 58 MB to 115 MB; a Map of texts would take four times as much.
 */
export class FingerprintMap {
  private words: Uint32Array;
  private slots = FIRST_SLOTS;
  private readonly width: number;
  private readonly key = new Uint32Array(KEY_WORDS);
  /** Keys that are remembered. */
  size = 0;
  /** A key was not remembered, because there were as many as there may be. */
  isFull = false;

  /** @param valueWords of each key; 0 for a set. @param maxSize keys beyond it are not remembered. */
  constructor(
    valueWords: number,
    private readonly maxSize: number,
  ) {
    this.width = KEY_WORDS + valueWords;
    this.words = new Uint32Array(this.slots * this.width);
  }

  /** The words of a key, to be read and written in place until the next `add`; undefined where it is not there. */
  get(key: string): Uint32Array | undefined {
    const at = this.find(key);
    return this.words[at] === 0 ? undefined : this.words.subarray(at + KEY_WORDS, at + this.width);
  }

  /** The words of a key, zeros where it is new; undefined where it is new and there is no place. */
  add(key: string): Uint32Array | undefined {
    let at = this.find(key);
    if (this.words[at] === 0) {
      if (this.size >= this.maxSize) {
        this.isFull = true;
        return undefined;
      }
      if (this.size >= this.slots * MAX_LOAD) {
        this.grow();
        at = this.find(key);
      }
      this.words.set(this.key, at);
      this.size++;
    }
    return this.words.subarray(at + KEY_WORDS, at + this.width);
  }

  private find(key: string): number {
    readWords(key, this.key);
    return slotOf(this.words, this.slots, this.width, this.key);
  }

  private grow(): void {
    const slots = this.slots * 2;
    const words = new Uint32Array(slots * this.width);
    for (let at = 0; at < this.words.length; at += this.width) {
      if (this.words[at] === 0) continue;
      const entry = this.words.subarray(at, at + this.width);
      words.set(entry, slotOf(words, slots, this.width, entry));
    }
    this.slots = slots;
    this.words = words;
  }
}

/** Fills words with the beginning of a text's hash. The first is never 0. */
export function readWords(text: string, words: Uint32Array): void {
  const digest = hash('sha256', text, 'buffer');
  for (let at = 0; at < words.length; at++) words[at] = digest.readUInt32LE(at * 4);
  words[0] ||= 1;
}

/** Where an entry is, or is to be: entries with the same place stand one after the other. */
function slotOf(words: Uint32Array, slots: number, width: number, key: Uint32Array): number {
  for (let slot = (key[0] as number) % slots; ; slot = (slot + 1) % slots) {
    const at = slot * width;
    if (words[at] === 0) return at;
    if (words[at] === key[0] && words[at + 1] === key[1] && words[at + 2] === key[2] && words[at + 3] === key[3])
      return at;
  }
}
