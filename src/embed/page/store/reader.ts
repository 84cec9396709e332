import type { ApiClient, EntriesQuery, NewestPage } from '../api/api-client.ts';
import type { Day, Days, EntriesPage, EventDetail, Head } from '../api/types.ts';
import type { Session } from './session.ts';
import type { TimelineState } from './state.ts';

/** Asks the service by the filters and the time zone of now, with a token that is good. All methods throw ProblemError. */
export class Reader {
  constructor(
    private readonly api: ApiClient,
    private readonly session: Session,
    private readonly settings: () => Pick<TimelineState, 'filters' | 'timeZone'>,
  ) {}

  head = (): Promise<Head> => this.session.run(() => this.api.head());

  event = (id: string): Promise<EventDetail> => this.session.run(() => this.api.event(id));

  /** @param etag null: what is there now is not known. */
  newest(etag: string | null): Promise<NewestPage> {
    const query = this.query();
    return this.session.run(() => this.api.newest(query, etag));
  }

  entries(where: EntriesQuery): Promise<EntriesPage> {
    const query = { ...this.query(), ...where };
    return this.session.run(() => this.api.entries(query));
  }

  /** The events of a fold. */
  within = (cursor: string): Promise<EntriesPage> => this.entries({ find: '', within: cursor });

  days(from: Day, to: Day): Promise<Days> {
    const { filters, timeZone } = this.settings();
    return this.session.run(() => this.api.days(from, to, timeZone, filters.types));
  }

  private query(): EntriesQuery {
    const { filters, timeZone } = this.settings();
    return { ...filters, timeZone };
  }
}
