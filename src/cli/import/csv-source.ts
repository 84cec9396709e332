import { setImmediate } from 'node:timers/promises';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import { invalidField, invalidFields } from '../../../libs/kernel/input-error.ts';
import { timeReader } from '../../../libs/time/time-format.ts';
import type { EventDraft } from '../../customer-events/domain/customer-event.ts';
import { CustomerEventRequest } from '../../customer-events/input/customer-event.request.ts';
import { eventOfText } from '../../customer-events/input/event-lines.ts';
import { OperatorError } from '../error-message.ts';
import { CsvObjects, type ObjectText } from './csv-objects.ts';
import { openCsvFile, type CsvFile } from './csv-file.ts';
import { columnsNamed, requireFields, type CsvFields, type CsvPlan } from './csv-plan.ts';
import type { CsvRow } from './csv-rows.ts';
import { eventIdOfCells, eventIdOfContent, eventIdOfLine } from './derived-event-id.ts';
import { detailsOf } from './field-problems.ts';
import type { EventSource, FileLine, SourceOptions } from './file-line.ts';
import type { Mapping } from './mapping.ts';
import type { LineContent } from './rejected-file.ts';
import { RowGroups, SplitKeys, type RowGroup } from './row-groups.ts';
import { SpreadsheetDamage } from './spreadsheet-damage.ts';

const EVENT_FIELDS: CsvFields = { requestClass: CustomerEventRequest, objectField: 'payload' };

/** Opens a CSV file of events. @throws {OperatorError} */
export async function csvSource(options: SourceOptions): Promise<EventSource> {
  const { path, mapping, signal, isSettled, prefix } = options;
  let splitKeys: SplitKeys | undefined;
  const file = await openCsvFile({
    path,
    what: 'events',
    fields: EVENT_FIELDS,
    mapping,
    keepRaw: mapping.groupBy.length > 0,
    signal,
    prefix,
    firstLook: (header, plan) => {
      if (mapping.groupBy.length === 0) return () => {};
      const split = (splitKeys = new SplitKeys(keyColumnsOf(header, plan, mapping)));
      return (cells) => split.see(cells);
    },
  });
  const { table } = file;
  requireFields(table.header, file.plan, ['customerExternalId', 'type']);
  const damage = new SpreadsheetDamage();
  const events = new CsvEvents(file, options, damage);
  const grouped = groupsOf(file, mapping, splitKeys);
  async function* lines(): AsyncGenerator<FileLine[], void> {
    for await (const groups of grouped) {
      const open = groups
        .filter(({ rows }) => !isSettled(rows.at(-1)?.number ?? 0))
        .map((group) => events.lineOf(group));
      if (open.length > 0) yield open;
      await setImmediate();
    }
  }
  return {
    input: file.input,
    lines: lines(),
    reading: readingOf(mapping, file),
    notes: file.notes,
    unused: file.plan.unused,
    passedOver: table.passedOver,
    damage,
  };
}

const readingOf = (mapping: Mapping, { types, table }: CsvFile): string =>
  JSON.stringify([{ ...mapping, map: [...mapping.map], set: [...mapping.set] }, [...types], table.header]);

/** The rows, those of one event together. @throws {OperatorError} at once, for columns that the file has not. */
function groupsOf(file: CsvFile, mapping: Mapping, splitKeys?: SplitKeys): AsyncIterable<readonly RowGroup[]> {
  const { table, plan } = file;
  if (mapping.groupBy.length === 0) return eachAlone(table.rows);
  const keys = keyColumnsOf(table.header, plan, mapping);
  const heads = plan.targets.filter(({ listAt }) => listAt === undefined).flatMap(({ sources }) => sources);
  const columns = new Set(heads.flatMap((source) => source.columns));
  return together(table.rows, new RowGroups(table.header, keys, [...columns], splitKeys));
}

const keyColumnsOf = (header: readonly string[], plan: CsvPlan, { groupBy }: Mapping): number[] =>
  groupBy.flatMap((name) => columnsNamed(header, plan, name, 'to put rows together by'));

async function* eachAlone(rows: AsyncIterable<readonly CsvRow[]>): AsyncGenerator<readonly RowGroup[], void> {
  for await (const group of rows) yield group.map((row) => ({ rows: [row], head: row.cells, problem: row.problem }));
}

async function* together(
  rows: AsyncIterable<readonly CsvRow[]>,
  groups: RowGroups,
): AsyncGenerator<readonly RowGroup[], void> {
  for await (const group of rows) yield group.flatMap((row) => groups.add(row));
  yield groups.end();
}

/** Makes events of rows. */
class CsvEvents {
  private readonly objects: CsvObjects;
  private readonly idColumns: readonly number[];

  constructor(
    { table, plan, types }: CsvFile,
    private readonly options: SourceOptions,
    private readonly damage: SpreadsheetDamage,
  ) {
    const { mapping } = options;
    const converters = {
      occurredAt: timeReaderOf(mapping),
      customerExternalId: (text: string): string => `${mapping.prefixExternalId ?? ''}${text}`,
    };
    this.objects = new CsvObjects(plan, types, converters, mapping.stripApostrophes);
    this.idColumns = columnsOf(mapping.eventIdFrom).flatMap((name) =>
      columnsNamed(table.header, plan, name, 'to make eventIds of'),
    );
  }

  lineOf({ rows, head: cells, problem }: RowGroup): FileLine {
    const object = this.objects.of(
      cells,
      rows.map((row) => row.cells),
    );
    const number = rows.at(-1)?.number ?? 0;
    let { json } = object;
    let draft = problem === undefined ? this.draftOf(object) : invalidField('line', problem);
    if (!(draft instanceof DomainError)) {
      const { eventId } = draft;
      const checked = this.checked(number, draft);
      draft = checked instanceof DomainError ? checked : this.withEventId(number, checked, cells);
      if (!(draft instanceof DomainError) && draft.eventId !== eventId)
        json = `${json.slice(0, -1)},"eventId":${JSON.stringify(draft.eventId)}}`;
    }
    return { number, sourceBytes: json.length, draft, content: () => contentOf(rows, problem, json) };
  }

  private draftOf({ json, problems }: ObjectText): EventDraft | DomainError {
    const draft = eventOfText(json, this.options.limits);
    if (problems.size === 0) return draft;
    const own = detailsOf(problems);
    if (!(draft instanceof DomainError)) return invalidFields(own);
    return draft.kind === 'invalid' ? invalidFields({ ...(draft.details as Record<string, string[]>), ...own }) : draft;
  }

  /** A warning, or with `strict` a refusal, where a spreadsheet is likely to have changed an id. */
  private checked(line: number, draft: EventDraft): EventDraft | DomainError {
    const { mapping, strict } = this.options;
    const problems = this.damage.ofIds(line, {
      customerExternalId: draft.customerExternalId.slice(mapping.prefixExternalId?.length ?? 0),
      eventId: draft.eventId ?? '',
    });
    return strict && problems.size > 0 ? invalidFields(detailsOf(problems)) : draft;
  }

  private withEventId(line: number, draft: EventDraft, cells: readonly string[]): EventDraft | DomainError {
    const { path, mapping } = this.options;
    if (draft.eventId !== undefined || mapping.eventIdFrom === undefined) return draft;
    if (mapping.eventIdFrom === 'line') return { ...draft, eventId: eventIdOfLine(path, line) };
    if (mapping.eventIdFrom === 'content') return { ...draft, eventId: eventIdOfContent(draft) };
    const values = this.idColumns.map((column) => cells[column] ?? '');
    if (values.every((value) => value === ''))
      return invalidField('eventId', `cannot be made of ${mapping.eventIdFrom}: all of it is empty`);
    return { ...draft, eventId: eventIdOfCells(draft.type, values) };
  }
}

function timeReaderOf({ timeFormat, timeZone }: Mapping): ReturnType<typeof timeReader> {
  try {
    return timeReader(timeFormat, timeZone);
  } catch (error) {
    throw error instanceof RangeError ? new OperatorError(error.message) : error;
  }
}

const columnsOf = (eventIdFrom: string | undefined): string[] =>
  eventIdFrom === undefined || eventIdFrom === 'line' || eventIdFrom === 'content' ? [] : eventIdFrom.split(',');

/** What was refused for its shape is kept as it stands: as an event it would have cells in the wrong fields. */
function contentOf(rows: readonly CsvRow[], problem: string | undefined, json: string): LineContent {
  if (problem === undefined) return { json };
  const raw = rows.map((row) => row.raw);
  return raw.includes(undefined) ? { undecodable: json } : { row: raw.join('\n') };
}
