import type { ApiClient, EntriesQuery, NewestPage } from '../api/api-client.ts';
import { isFinal, problemIn, type Problem } from '../api/problem.ts';
import type { Day, Days, EntriesPage, EventDetail, Head } from '../api/types.ts';
import type { Session } from './session.ts';
import type { TimelineState } from './state.ts';

/** Asks the service by the filters and the time zone of now, with a token that is good. All methods throw ProblemError. */
export class Reader {
  /** @param over told, before the method throws, that nothing of the customer may be shown any more. */
  constructor(
    private readonly api: ApiClient,
    private readonly session: Session,
    private readonly settings: () => Pick<TimelineState, 'filters' | 'timeZone'>,
    private readonly over: (problem: Problem) => void,
  ) {}

  head = (): Promise<Head> => this.ask(() => this.api.head());

  event = (id: string): Promise<EventDetail> => this.ask(() => this.api.event(id));

  /** @param etag null: what is there now is not known. @param more what is not to be as in the filters. */
  newest(etag: string | null, more: EntriesQuery = {}): Promise<NewestPage> {
    const query = { ...this.query(), ...more };
    return this.ask(() => this.api.newest(query, etag));
  }

  entries(where: EntriesQuery): Promise<EntriesPage> {
    const query = { ...this.query(), ...where };
    return this.ask(() => this.api.entries(query));
  }

  /** The events of a fold. */
  within = (cursor: string): Promise<EntriesPage> => this.entries({ find: '', within: cursor });

  days(from: Day, to: Day): Promise<Days> {
    const { filters, timeZone } = this.settings();
    return this.ask(() => this.api.days(from, to, timeZone, filters.types));
  }

  /** Whatever is refused, a final refusal counts: also where a failure by itself would do no harm. */
  private async ask<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await this.session.run(request);
    } catch (error) {
      const problem = problemIn(error);
      if (isFinal(problem)) this.over(problem);
      throw error;
    }
  }

  private query(): EntriesQuery {
    const { filters, timeZone } = this.settings();
    return { ...filters, timeZone };
  }
}
