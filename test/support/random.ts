/** Mulberry32: the same 32 bits in turn for the same seed. */
function randomBits(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** The same numbers for the same seed, from 0 to below 1. */
export function randomNumbers(seed: number): () => number {
  const next = randomBits(seed);
  return () => next() / 2 ** 32;
}

/** The same whole numbers for the same seed, from 0 to below a bound. */
export function randomWholeNumbers(seed: number): (bound: number) => number {
  const next = randomBits(seed);
  return (bound) => next() % bound;
}
