/** Field → what is wrong with it, in words that follow its name. */
export type FieldProblems = ReadonlyMap<string, string>;

/** As the details of a refusal have them. */
export const detailsOf = (problems: FieldProblems): Record<string, string[]> =>
  Object.fromEntries([...problems].map(([field, problem]) => [field, [problem]]));
