/** What `@jest/globals` is for the test file that is being imported. */
export const { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest, test } =
  globalThis[Symbol.for('@jest/globals')];
