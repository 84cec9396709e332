import type { JsonSpan } from '../../../libs/json-payload/json-members.ts';
import { JsonPaths } from '../../../libs/json-payload/json-paths.ts';
import type { PathStep } from './value-path.ts';

/** Known by identity: the same array that a template was read into. */
type Steps = readonly PathStep[];

/** The paths of all templates that are shown of an event, so that its payload is passed once for all of them. */
export class PayloadPaths {
  private readonly indexes: ReadonlyMap<Steps, number>;
  private readonly paths: JsonPaths;

  constructor(steps: readonly Steps[]) {
    this.indexes = new Map(steps.map((path, index) => [path, index]));
    this.paths = new JsonPaths(steps);
  }

  /** @param text one valid JSON value. It is not looked at before a value is asked for. */
  valuesOf(text: string): PayloadValues {
    return new PayloadValues(text, this.paths, this.indexes);
  }
}

/**
 * The values of one payload, found in its source text: numbers stay digit for digit what they were, of duplicate keys the
 * last one counts (as for JSON.parse), and only what the payload itself has is there.
 */
export class PayloadValues {
  private spans: readonly (JsonSpan | undefined)[] | undefined;

  constructor(
    private readonly text: string,
    private readonly paths: JsonPaths,
    private readonly indexes: ReadonlyMap<Steps, number>,
  ) {}

  /** The JSON text of a value; null where it is not there. */
  find(steps: Steps): string | null {
    const index = this.indexes.get(steps);
    if (index === undefined) throw new TypeError('the path is none of those that the payload was to be searched for');
    this.spans ??= this.paths.find(this.text);
    const span = this.spans[index];
    return span === undefined ? null : this.text.slice(span.start, span.end);
  }
}
