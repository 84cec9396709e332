/** Tests of the page use this too, and its types know no `process`. */
const { process } = globalThis as unknown as { process: { env: Readonly<Record<string, string | undefined>> } };

/** Whether `npm run drill` runs. */
export const FULL = process.env.DRILL === 'full';

/** A number or size that `npm run drill` has larger than the tests of every day. */
export const inDrill = (drill: number, usual: number): number => (FULL ? drill : usual);
