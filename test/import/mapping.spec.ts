import { describe, expect, it } from '@jest/globals';
import { useFileImport } from '../support/file-import.ts';

describe('an import whose columns are mapped', () => {
  const files = useFileImport();
  let customers = 0;

  const customer = async (externalId = `mapped_${customers++}`): Promise<string> => {
    await files.service.patch(`/customers/${externalId}`, {
      email: `${customers}-${externalId}@example.com`,
      name: 'Name',
    });
    return externalId;
  };
  const payloads = async (externalId: string): Promise<string[]> =>
    (await files.stored(externalId)).map(([, , , payload]) => payload);

  it('reads columns of any name, with constants, a prefix and columns that are passed over', async () => {
    const externalId = await customer('shop-7');
    const csv = 'Customer,Created at,Name,Total,Secret\n7,2024-04-18 10:00:00 +0200,#1001,99.90,x\n';
    const summary = await files.events(
      'any.csv',
      csv,
      ...['--map', 'Customer=customerExternalId', '--map', 'Created at=occurredAt', '--map', 'Name=payload.orderId'],
      ...['--map', 'Total=payload.total', '--set', 'type=order.placed', '--set', 'payload.source=shop'],
      ...['--prefix-external-id', 'shop-', '--ignore', 'Secret'],
    );
    expect(summary).toMatchObject({ created: 1, rejected: 0, errors: [] });
    expect(await files.stored(externalId)).toEqual([
      ['order.placed', '2024-04-18T08:00:00Z', null, '{"orderId":"#1001","total":99.90,"source":"shop"}'],
    ]);
  });

  it('reads the same from a small YAML file, whose values the options add to', async () => {
    const externalId = await customer();
    const yaml = files.write(
      'shop.yaml',
      'events:\n  map:\n    Customer: customerExternalId\n    Name: [payload.orderId, eventId]\n  set:\n    type: order.placed\n  ignore: ["*"]\n  text: Name\n',
    );
    const csv = `Customer,Name,Total,Other\n${externalId},1001,5,x\n`;
    const summary = await files.events('yaml.csv', csv, '--mapping', yaml, '--map', 'Total=payload.total');
    expect(summary).toMatchObject({ created: 1, rejected: 0 });
    expect(await files.stored(externalId)).toMatchObject(
      [['order.placed', {}, '1001', '{"orderId":"1001","total":5}']].map(([type, , id, payload]) => [
        type,
        expect.any(String),
        id,
        payload,
      ]),
    );
  });

  it.each([
    ['nonsense: 1\n', /shop\.yaml: "nonsense" is unknown; there are events, customers$/],
    ['events:\n  mapp: {}\n', /shop\.yaml: events: "mapp" is unknown; there are map, set, /],
    ['events:\n  map: [a]\n', /events: map: must be a mapping of names to values$/],
    ['events:\n  map:\n    A: {b: c}\n', /events: map: A: must be a text, a number, true or false$/],
    ['events: [\n', /is not YAML: /],
    ['- a\n', /must be a mapping of names to values$/],
  ])('refuses the mapping %j in a sentence', async (yaml, message) => {
    const mapping = files.write('shop.yaml', yaml);
    await expect(files.events('a.csv', 'customerExternalId,type\n', '--mapping', mapping)).rejects.toThrow(message);
  });

  it.each<[string[], RegExp]>([
    [
      ['--mapping', 'nothing'],
      /^There is no mapping file "nothing" \(ENOENT\), and the ready mappings are customer-events-export, /,
    ],
    [['--map', 'A'], /^"A" is not of the form COLUMN=FIELD$/],
    [['--set', '=x'], /^"=x" is not of the form FIELD=VALUE$/],
    [
      ['--map', 'Nothing=payload.a'],
      /^There is no column "Nothing" to be mapped; the header is: customerExternalId, type, payload\.a$/,
    ],
    [['--group-by', 'Nothing'], /^There is no column "Nothing" to put rows together by/],
    [['--event-id-from', 'type,Nothing'], /^There is no column "Nothing" to make eventIds of/],
    [['--text', 'payload.b'], /^--text "payload\.b" applies to nothing/],
    [['--number', 'type'], /^--number "type" applies to nothing/],
    [['--json-column', 'payload.b'], /^--json-column "payload\.b" applies to nothing/],
    [['--time-zone', 'Nowhere'], /Nowhere/],
    [['--time-format', 'YYYY'], /YYYY/],
    [['--mapping', 'woocommerce-orders'], /say --time-zone, such as Europe\/Berlin$/],
    [['--format', 'ndjson', '--text', 'payload.a'], /^--text is for CSV only, and the file is read as NDJSON/],
    [['--customers-only', '--create-customers', 'x.csv'], /^With --customers-only there is one file/],
    [['--rejected-customers', 'x.csv'], /^--rejected-customers is for --create-customers/],
  ])('refuses %j in a sentence, and changes nothing', async (args, message) => {
    const csv = 'customerExternalId,type,payload.a\nuser_42,a,1\n';
    await expect(files.events('wrong.csv', csv, ...args)).rejects.toThrow(message);
    expect(await files.stored('user_42')).toEqual([]);
  });

  describe('one type for each column', () => {
    it('is found out by the whole column', async () => {
      const externalId = await customer();
      const csv = `customerExternalId,type,occurredAt,payload.zip,payload.n,payload.ok,payload.ref\n${externalId},a,2024-01-01,02138,1.50,true,1234567890123456789\n${externalId},a,2024-01-02,12345,-2,false,1\n`;
      expect(await files.events('types.csv', csv)).toMatchObject({ created: 2 });
      expect(await payloads(externalId)).toEqual([
        '{"zip":"02138","n":1.50,"ok":true,"ref":"1234567890123456789"}',
        '{"zip":"12345","n":-2,"ok":false,"ref":"1"}',
      ]);
    });

    it('is what is declared, and a cell of another is refused', async () => {
      const externalId = await customer();
      const csv = `customerExternalId,type,occurredAt,payload.a,payload.b,payload.c\n${externalId},a,2024-01-01,1,1234567890123456789,"{""x"":1}"\n${externalId},a,2024-01-02,2,"1,5",[]\n${externalId},a,2024-01-03,3,7,{\n`;
      const args = ['--text', 'payload.a', '--number', 'payload.b', '--json-column', 'payload.c'];
      const summary = await files.events('declared.csv', csv, ...args);
      expect(summary).toMatchObject({ created: 1, rejected: 2 });
      expect(summary.errors.map(({ line, details }) => [line, details])).toEqual([
        [3, { 'payload.b': ['must be a number of JSON, such as 1234.50'] }],
        [4, { 'payload.c': ['must be JSON'] }],
      ]);
      expect(await payloads(externalId)).toEqual(['{"a":"1","b":1234567890123456789,"c":{"x":1}}']);
    });

    it('is that of the metadata of customers too', async () => {
      const csv =
        'externalId,email,name,metadata.zip,metadata.seats,metadata.code\nmeta_1,m1@example.com,One,02138,5,7\nmeta_2,m2@example.com,Two,12345,6,8\n';
      expect(await files.customers('meta.csv', csv, '--text', 'metadata.code')).toMatchObject({ created: 2 });
      const { text } = await files.service.get('/customers/meta_2').expect(200);
      expect(text).toContain('"metadata":{"zip":"12345","seats":6,"code":"8"}');
    });
  });

  describe('several rows for one event', () => {
    const HEADER = 'Order,customerExternalId,type,occurredAt,payload.total,SKU,Qty';
    const ARGS = [
      '--group-by',
      'Order',
      '--map',
      'Order=payload.order',
      '--map',
      'SKU=payload.items[].sku',
      '--map',
      'Qty=payload.items[].qty',
      '--text',
      'SKU',
    ];

    it('become one with a list', async () => {
      const externalId = await customer();
      const csv = `${HEADER}\nA1,${externalId},order.placed,2024-01-01,30,X,1\nA1,${externalId},,,,Y,2\nA2,${externalId},order.placed,2024-01-02,5,X,1\nA1x,${externalId},order.placed,2024-01-03,7,Z,1\nA1x,,,,7,Z,2\n`;
      expect(await files.events('items.csv', csv, ...ARGS)).toMatchObject({ lines: 3, created: 3, throughLine: 6 });
      expect(await payloads(externalId)).toEqual([
        '{"order":"A1","total":30,"items":[{"sku":"X","qty":1},{"sku":"Y","qty":2}]}',
        '{"order":"A2","total":5,"items":[{"sku":"X","qty":1}]}',
        '{"order":"A1x","total":7,"items":[{"sku":"Z","qty":1},{"sku":"Z","qty":2}]}',
      ]);
    });

    it('are refused, with all their rows, where they contradict each other or do not stand together', async () => {
      const externalId = await customer();
      const row = (order: string, total: string, sku: string): string =>
        `${order},${externalId},order.placed,2024-01-01,${total},${sku},1`;
      const rows = [
        row('A', '30', 'X'),
        row('A', '31', 'Y'),
        row('B', '1', 'X'),
        row('C', '2', 'X'),
        row('B', '1', 'Y'),
        row('', '3', 'X'),
      ];
      const summary = await files.events('conflict.csv', `${HEADER}\n${rows.join('\n')}\n`, ...ARGS);
      expect(summary).toMatchObject({ created: 1, rejected: 4 });
      expect(summary.errors.map(({ line, details }) => [line, details])).toEqual([
        [3, { line: ['line 3 has another value in payload.total than the rows of the same Order before it'] }],
        [4, { line: ['the rows of one Order do not follow one another: sort the file by it'] }],
        [6, { line: ['the rows of one Order do not follow one another: sort the file by it'] }],
        [7, { line: ['has no value in Order, by which rows are put together'] }],
      ]);
      const kept = files
        .read('conflict.csv.rejected.ndjson')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { row: string });
      expect(kept.map((line) => line.row)).toEqual([`${rows[0]}\n${rows[1]}`, rows[2], rows[4], rows[5]]);
    });

    it('are refused where one of them cannot be read, and where it may be one of them', async () => {
      const externalId = await customer();
      const row = (order: string, sku: string): string => `${order},${externalId},order.placed,2024-01-01,1,${sku},1`;
      const broken = (order: string): string => `${order},too,few`;
      const rows = [
        ...[row('A', 'X'), broken('A'), row('A', 'Y')],
        ...[row('B', 'X'), broken('C'), row('C', 'X')],
        ...[row('D', 'X'), broken('?'), row('E', 'X')],
        row('F', 'X'),
      ];
      const summary = await files.events('broken.csv', `${HEADER}\n${rows.join('\n')}\n`, ...ARGS);
      expect(summary).toMatchObject({ created: 2, rejected: 5 });
      expect((await payloads(externalId)).map((text) => (JSON.parse(text) as { order: string }).order)).toEqual([
        'B',
        'F',
      ]);
      const kept = files
        .read('broken.csv.rejected.ndjson')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { row: string });
      expect(kept.flatMap((line) => line.row.split('\n')).sort()).toEqual(
        [...rows.slice(0, 3), ...rows.slice(4, 9)].sort(),
      );
    });
  });

  describe('times', () => {
    const times = async (name: string, cells: readonly string[], ...args: string[]) => {
      const externalId = await customer();
      const rows = cells.map((cell) => `${externalId},a,"${cell}"`);
      const { errors } = await files.events(
        `${name}.csv`,
        `customerExternalId,type,occurredAt\n${rows.join('\n')}\n`,
        ...args,
      );
      return { instants: (await files.stored(externalId)).map(([, at]) => at), errors };
    };

    it('of exports are read as they are written', async () => {
      const cells = [
        '2024-03-04 09:15',
        '2024-03-04 09:15:00.5 UTC',
        '2024-03-04 10:15:01+0100',
        '2024-03-04T09:15:02-00',
        '2024-03-05',
      ];
      expect(await times('spellings', cells)).toEqual({
        instants: [
          '2024-03-04T09:15:00Z',
          '2024-03-04T09:15:00.5Z',
          '2024-03-04T09:15:01Z',
          '2024-03-04T09:15:02Z',
          '2024-03-05T00:00:00Z',
        ],
        errors: [],
      });
    });

    it('are read in a form and a zone that are named, and refused where they name none or two instants', async () => {
      const cells = ['31.12.2023 23:59', '31.03.2024 02:30', '27.10.2024 02:30', '01.07.2024 12:00', '2024-07-01'];
      const { instants, errors } = await times(
        'berlin',
        cells,
        '--time-format',
        'day-first',
        '--time-zone',
        'Europe/Berlin',
      );
      expect(instants).toEqual(['2023-12-31T22:59:00Z', '2024-07-01T10:00:00Z']);
      expect(errors.map(({ line, details }) => [line, JSON.stringify(details)])).toEqual([
        [3, expect.stringContaining('does not exist in Europe/Berlin')],
        [4, expect.stringContaining('exists twice in Europe/Berlin')],
        [6, expect.stringContaining('must be')],
      ]);
    });

    it('of the epoch are exact', async () => {
      const seconds = await times('seconds', ['1709543700', '1709543700.123456'], '--time-format', 'epoch-seconds');
      expect(seconds.instants).toEqual(['2024-03-04T09:15:00Z', '2024-03-04T09:15:00.123456Z']);
      const millis = await times('millis', ['1709543700001'], '--time-format', 'epoch-millis');
      expect(millis.instants).toEqual(['2024-03-04T09:15:00.001Z']);
    });

    it('that are refused stand beside whatever else is wrong', async () => {
      const csv = 'customerExternalId,type,occurredAt\nuser_42,NO,04/03/2024\n';
      const { errors } = await files.events('both.csv', csv);
      expect(Object.keys(errors[0]?.details as object).sort()).toEqual(['occurredAt', 'type']);
    });
  });

  describe('NDJSON', () => {
    it('with members of other names', async () => {
      const externalId = await customer();
      const lines = [
        `{"user":"${externalId}","type":"a","data":{"n":1.50},"x":1}`,
        `{"user":"other","customerExternalId":"${externalId}","data":{"n":2},"x":1}`,
      ];
      const args = [
        '--map',
        'user=customerExternalId',
        '--map',
        'data=payload',
        '--ignore',
        'x',
        '--set',
        'type=b',
        '--set',
        'occurredAt=2024-01-01',
      ];
      expect(await files.events('other.ndjson', lines.join('\n'), ...args)).toMatchObject({ created: 2, errors: [] });
      expect((await files.stored(externalId)).map(([type, at, , payload]) => [type, at, payload])).toEqual([
        ['a', '2024-01-01T00:00:00Z', '{"n":1.50}'],
        ['b', '2024-01-01T00:00:00Z', '{"n":2}'],
      ]);
    });

    it('that is a JSON array', async () => {
      const externalId = await customer();
      const line = (n: number) => ({
        customerExternalId: externalId,
        type: 'a',
        payload: { n },
        occurredAt: `2024-01-0${n}`,
      });
      const array = JSON.stringify([line(1), { type: 'NO' }, line(2)], null, 2);
      expect(await files.events('array.json', array)).toMatchObject({
        lines: 3,
        created: 2,
        rejected: 1,
        errors: [{ line: 2 }],
      });
      expect(await payloads(externalId)).toEqual(['{"n":1}', '{"n":2}']);
      const cut = await files.events('cut.json', array.slice(0, -1));
      expect(cut).toMatchObject({
        finished: false,
        failure: expect.stringMatching(/^The JSON array does not end: /) as unknown,
      });
    });
  });
});
