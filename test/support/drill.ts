/** Tests of the page use this too, and its types know no `process`. */
const { process } = globalThis as unknown as { process: { env: Readonly<Record<string, string | undefined>> } };

/** A number or size that `npm run drill` has larger than the tests of every day. */
export const inDrill = (drill: number, usual: number): number => (process.env.DRILL === 'full' ? drill : usual);
