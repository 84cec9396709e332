import { describe, expect, it } from '@jest/globals';
import { inDrill } from '../../test/support/drill.ts';
import { instantFromMicros, instantFromMillis, parseInstant } from './instant.ts';
import { TIME_FORMATS, timeReader } from './time-format.ts';

type Row = [exporter: string, format: string | undefined, zone: string | undefined, text: string, instant: string];

const EXPORTS: Row[] = [
  // ISO 8601 and what is close to it
  ['Shopify', undefined, undefined, '2021-03-04 09:15:00 +0100', '2021-03-04T08:15:00Z'],
  ['Shopify in New York', undefined, 'Europe/Berlin', '2021-03-04 09:15:00 -0500', '2021-03-04T14:15:00Z'],
  ['Stripe dashboard', undefined, undefined, '2021-03-04 09:15', '2021-03-04T09:15:00Z'],
  ['Stripe report', undefined, 'America/Los_Angeles', '2021-03-04 09:15:00', '2021-03-04T17:15:00Z'],
  ['WooCommerce', undefined, 'Europe/Berlin', '2021-03-04 09:15:00', '2021-03-04T08:15:00Z'],
  ['WooCommerce, GMT column', undefined, undefined, '2021-03-04T09:15:00', '2021-03-04T09:15:00Z'],
  ['Magento', undefined, 'UTC', '2021-03-04 09:15:00', '2021-03-04T09:15:00Z'],
  ['PostgreSQL timestamptz', undefined, undefined, '2021-03-04 09:15:00.123+01', '2021-03-04T08:15:00.123Z'],
  ['PostgreSQL in India', undefined, undefined, '2021-03-04 09:15:00+05:30', '2021-03-04T03:45:00Z'],
  ['PostgreSQL timestamp', undefined, undefined, '2021-03-04 09:15:00.123456', '2021-03-04T09:15:00.123456Z'],
  ['PostgreSQL row_to_json', undefined, undefined, '2021-03-04T09:15:00.12345-03:00', '2021-03-04T12:15:00.12345Z'],
  ['PostgreSQL date', undefined, 'Europe/Berlin', '2021-03-04', '2021-03-03T23:00:00Z'],
  ['MySQL datetime', undefined, 'America/New_York', '2021-07-04 09:15:00', '2021-07-04T13:15:00Z'],
  ['MySQL datetime(6)', undefined, undefined, '2021-03-04 09:15:00.000120', '2021-03-04T09:15:00.00012Z'],
  ['SQL Server datetime2', undefined, undefined, '2021-03-04 09:15:00.1234567', '2021-03-04T09:15:00.123456Z'],
  ['SQL Server datetimeoffset', undefined, undefined, '2021-03-04 09:15:00.0000000 +01:00', '2021-03-04T08:15:00Z'],
  ['SQLite', undefined, undefined, '2021-03-04 09:15:00', '2021-03-04T09:15:00Z'],
  ['BigQuery', undefined, undefined, '2021-03-04 09:15:00.123456 UTC', '2021-03-04T09:15:00.123456Z'],
  ['Snowflake', undefined, undefined, '2021-03-04 09:15:00.123 -0800', '2021-03-04T17:15:00.123Z'],
  ['Redshift', undefined, undefined, '2021-03-04 09:15:00+00', '2021-03-04T09:15:00Z'],
  ['ClickHouse', undefined, '+03:00', '2021-03-04 09:15:00', '2021-03-04T06:15:00Z'],
  ['Java Instant', undefined, undefined, '2021-03-04T09:15:00.123456789Z', '2021-03-04T09:15:00.123456Z'],
  ['Java OffsetDateTime', undefined, undefined, '2021-03-04T09:15+01:00', '2021-03-04T08:15:00Z'],
  ['Java LocalDateTime', undefined, 'Asia/Tokyo', '2021-03-04T09:15', '2021-03-04T00:15:00Z'],
  ['Java java.sql.Timestamp', undefined, undefined, '2021-03-04 09:15:00.0', '2021-03-04T09:15:00Z'],
  ['.NET "o"', undefined, undefined, '2021-03-04T09:15:00.1234567+01:00', '2021-03-04T08:15:00.123456Z'],
  ['.NET "u"', undefined, undefined, '2021-03-04 09:15:00Z', '2021-03-04T09:15:00Z'],
  ['Python str(datetime)', undefined, undefined, '2021-03-04 09:15:00.123456+00:00', '2021-03-04T09:15:00.123456Z'],
  ['Python isoformat', undefined, undefined, '2021-03-04T09:15:00.123456', '2021-03-04T09:15:00.123456Z'],
  ['pandas', undefined, undefined, '2021-03-04 09:15:00.123456789', '2021-03-04T09:15:00.123456Z'],
  ['Ruby Time#to_s', undefined, undefined, '2021-03-04 09:15:00 UTC', '2021-03-04T09:15:00Z'],
  ['Ruby Time#to_s, local', undefined, undefined, '2021-03-04 09:15:00 +0545', '2021-03-04T03:30:00Z'],
  ['JavaScript toISOString', undefined, undefined, '2021-03-04T09:15:00.000Z', '2021-03-04T09:15:00Z'],
  ['PHP DATE_ATOM', undefined, undefined, '2021-03-04T09:15:00+01:00', '2021-03-04T08:15:00Z'],
  ['PHP DATE_ISO8601', undefined, undefined, '2021-03-04T09:15:00+0100', '2021-03-04T08:15:00Z'],
  ['Salesforce', undefined, undefined, '2021-03-04T09:15:00.000+0000', '2021-03-04T09:15:00Z'],
  ['Jira', undefined, undefined, '2021-03-04T09:15:00.123-0330', '2021-03-04T12:45:00.123Z'],
  ['Zendesk', undefined, undefined, '2021-03-04 09:15:00 -0800', '2021-03-04T17:15:00Z'],
  ['Zendesk API', undefined, 'Asia/Tokyo', '2021-03-04T09:15:00Z', '2021-03-04T09:15:00Z'],
  ['HubSpot', undefined, 'America/Chicago', '2021-03-04 09:15', '2021-03-04T15:15:00Z'],
  ['Chargebee', undefined, undefined, '2021-03-04 09:15:00 +00:00', '2021-03-04T09:15:00Z'],
  ['Mixpanel', undefined, undefined, '2021-03-04T09:15:00GMT', '2021-03-04T09:15:00Z'],
  ['CloudFront, joined', undefined, undefined, '2021-03-04 09:15:00 GMT', '2021-03-04T09:15:00Z'],
  // Since the Unix epoch
  ['Stripe API', 'epoch-seconds', undefined, '1614849300', '2021-03-04T09:15:00Z'],
  ['Slack', 'epoch-seconds', 'Europe/Berlin', '1614849300.000200', '2021-03-04T09:15:00.0002Z'],
  ['Chargebee API', 'epoch-seconds', undefined, '0', '1970-01-01T00:00:00Z'],
  ['HubSpot API', 'epoch-millis', undefined, '1614849300123', '2021-03-04T09:15:00.123Z'],
  ['Segment with fractions', 'epoch-millis', undefined, '1614849300123.4567', '2021-03-04T09:15:00.123456Z'],
  ['Google Analytics', 'epoch-micros', undefined, '1614849300123456', '2021-03-04T09:15:00.123456Z'],
  // Spreadsheets
  ['Excel, United Kingdom', 'day-first', 'Europe/London', '04/07/2021 09:15', '2021-07-04T08:15:00Z'],
  ['Excel, Germany', 'day-first', 'Europe/Berlin', '04.03.2021 09:15:30', '2021-03-04T08:15:30Z'],
  ['Excel, Netherlands', 'day-first', 'Europe/Amsterdam', '4-3-2021 9:15', '2021-03-04T08:15:00Z'],
  ['Excel, Australia', 'day-first', 'Australia/Sydney', '4/03/2021 9:15:00 AM', '2021-03-03T22:15:00Z'],
  ['toLocaleString, en-GB', 'day-first', undefined, '04/03/2021, 09:15:00', '2021-03-04T09:15:00Z'],
  ['Excel, a date alone', 'day-first', '-05:00', '31/12/2021', '2021-12-31T05:00:00Z'],
  ['Excel, United States', 'month-first', 'America/New_York', '3/4/2021 9:15', '2021-03-04T14:15:00Z'],
  ['Excel, afternoon', 'month-first', undefined, '3/4/2021 9:15:00 PM', '2021-03-04T21:15:00Z'],
  ['Excel, noon', 'month-first', undefined, '3/4/2021 12:00 PM', '2021-03-04T12:00:00Z'],
  ['Excel, midnight', 'month-first', undefined, '3/4/2021 12:00 am', '2021-03-04T00:00:00Z'],
  ['toLocaleString, en-US', 'month-first', undefined, '3/4/2021, 9:15:00\u202fAM', '2021-03-04T09:15:00Z'],
  ['Google Sheets', 'month-first', undefined, '3/4/2021 9:15:00', '2021-03-04T09:15:00Z'],
  ['Power BI', 'month-first', undefined, '03/04/2021 09:15:00.123', '2021-03-04T09:15:00.123Z'],
  // Patterns
  ['PayPal', 'DD/MM/YYYY HH:mm:ss', 'Europe/Paris', '04/03/2021 09:15:00', '2021-03-04T08:15:00Z'],
  ['Square', 'MM/DD/YYYY hh:mm:ss A', undefined, '03/04/2021 09:15:00 pm', '2021-03-04T21:15:00Z'],
  ['Amazon', 'D MMM YYYY HH:mm:ss Z', undefined, '4 Mar 2021 09:15:00 UTC', '2021-03-04T09:15:00Z'],
  ['eBay', 'D MMM YYYY, HH:mm:ss', undefined, '14 MAR 2021, 09:15:00', '2021-03-14T09:15:00Z'],
  ['Etsy', 'MMM D, YYYY', 'America/New_York', 'Mar 4, 2021', '2021-03-04T05:00:00Z'],
  ['Mailchimp', 'MMMM D, YYYY h:mm A', undefined, 'September 4, 2021 9:15 am', '2021-09-04T09:15:00Z'],
  ['Apache', 'DD/MMM/YYYY:HH:mm:ss Z', undefined, '04/Mar/2021:09:15:00 -0700', '2021-03-04T16:15:00Z'],
  ['Oracle', 'DD-MMM-YYYY HH:mm:ss.f', undefined, '04-MAR-2021 09:15:00.123456789', '2021-03-04T09:15:00.123456Z'],
  [
    'log4j and Python logging',
    'YYYY-MM-DD HH:mm:ss,f',
    undefined,
    '2021-03-04 09:15:00,123',
    '2021-03-04T09:15:00.123Z',
  ],
  ['SAP', 'YYYYMMDDHHmmss', undefined, '20210304091500', '2021-03-04T09:15:00Z'],
  ['a basic form', "YYYYMMDD'T'HHmmssZ", undefined, '20210304T091500Z', '2021-03-04T09:15:00Z'],
  ['DATEV', 'DD.MM.YYYY', 'Europe/Berlin', '04.03.2021', '2021-03-03T23:00:00Z'],
  ['Japanese Excel', 'YYYY年M月D日 H:mm', 'Asia/Tokyo', '2021年3月4日 9:15', '2021-03-04T00:15:00Z'],
];

const REFUSED: [format: string | undefined, texts: string[]][] = [
  [
    undefined,
    [
      '',
      ' ',
      'now',
      '2021-02-30',
      '2021-02-30 10:00',
      '2021-13-01 10:00',
      '2021-03-00 10:00',
      '0000-00-00 00:00:00',
    ].concat(
      [
        '2021-03-04 25:00',
        '2021-03-04 24:00',
        '2021-03-04 09:60',
        '2021-03-04 09:15:60',
        '2021-03-04 9:15',
        '2021-03-04 09',
      ],
      ['2021-03-04  09:15', ' 2021-03-04 09:15', '2021-03-04 09:15 ', '2021-03-04 09:15\n', '2021-03-04 09:15:00  Z'],
      [
        '2021-03-04 09:15+1',
        '2021-03-04 09:15+24',
        '2021-03-04 09:15+01:60',
        '2021-03-04 09:15+01:',
        '2021-03-04 +01:00',
      ],
      [
        '2021-03-04 09:15 CET',
        '2021-03-04 09:15 utc',
        '2021-03-04 09:15z',
        '2021-03-04 09:15 \u221201:00',
        '2021-03-04Z',
      ],
      [
        '２０２１-03-04 09:15',
        '2021-03-04 0٩:15',
        '2021-03-04 09:15:00.٥',
        '2021-03-04\u00a009:15',
        '2021-03-04t09:15',
      ],
      [
        '2021-03-04 09:15:00.',
        '2021-03-04 09:15:00,5',
        '2021-03-04 09:15.5',
        '2021/03/04 09:15',
        '04.03.2021',
        '44259.385',
      ],
      [
        '1614849300',
        '0001-01-01 00:00 +01:00',
        '9999-12-31 23:59:59 -01',
        '2021-03-04 09:15 AM',
        '0001-01-01 00:00:59.5 +00:01',
      ],
    ),
  ],
  [
    'epoch-seconds',
    ['', '-', '.5', '5.', '+5', '1e9', '1.6E+09', '1,614', ' 1', '1 ', '1\n', '0x10', '١', 'NaN', '-62135596801'],
  ],
  [
    'epoch-seconds',
    ['253402300800', '1614849300000', '9'.repeat(65), '-62135596800.0000001', '2021-03-04', '--5', '1_000'],
  ],
  ['epoch-millis', ['-62135596800001', '253402300800000', '1614849300123456', '1.2.3', '']],
  ['epoch-micros', ['-62135596800000001', '253402300800000000', '1614849300123456789', '']],
  [
    'day-first',
    [
      '',
      '31/02/2021',
      '13/13/2021',
      '12/31/2021',
      '0/1/2021',
      '1/0/2021',
      '04/03/21',
      '4/3.2021',
      '4 3 2021',
      '4/3/2021 ',
    ],
  ],
  [
    'day-first',
    [
      '4/3/2021 24:00',
      '4/3/2021 0:15 AM',
      '4/3/2021 13:15 PM',
      '4/3/2021 00:15 AM',
      '4/3/2021 9:5',
      '4/3/2021 9',
      '004/3/2021',
    ],
  ],
  [
    'day-first',
    [
      '4/3/2021T9:15',
      '4/3/2021  9:15',
      '4/3/2021,9:15',
      '4/3/2021 9:15:60',
      '4/3/2021 9:15 A',
      '٤/3/2021',
      '2021/3/4',
      '4/3/0000',
    ],
  ],
  ['month-first', ['', '31/12/2021', '2/29/2021', '13/1/2021', '3/4/2021 13:00 AM', '3/4/2021 09:15 +01:00']],
  [
    'DD/MM/YYYY HH:mm',
    ['04/03/2021', '4/03/2021 09:15', '04/03/2021 9:15', '04/03/2021 09:15:00', '30/02/2021 09:15', '04-03-2021 09:15'],
  ],
  [
    'MM/DD/YYYY hh:mm A',
    ['03/04/2021 00:15 AM', '03/04/2021 13:15 PM', '03/04/2021 09:15', '03/04/2021 9:15 AM', '03/04/2021 09:15 XM'],
  ],
  [
    'D MMM YYYY',
    ['4 Mär 2021', '4 March 2021', '4 Ma 2021', '4 03 2021', '30 Feb 2021', '004 Mar 2021', '4 \u017fep 2021'],
  ],
  ['D MMMM YYYY', ['4 Mar 2021', '4 Marchs 2021', '31 April 2021']],
  [
    'YYYY-MM-DD HH:mm Z',
    ['2021-03-04 09:15', '2021-03-04 09:15 CET', '2021-03-04 09:15 +25:00', '2021-03-04 09:15 +1'],
  ],
  ["YYYY-MM-DD'Q.'HH", ['2021-03-04Qx09', '2021-03-04q.09', '2021-03-04 Q.09']],
  [
    'YYYY-MM-DD HH:mm:ss.f',
    ['2021-03-04 09:15:00.', '2021-03-04 09:15:00,5', '2021-03-04 09:15:00x5', '2021-03-04 09:15:00.5.5'],
  ],
];

const problemOf = (format: string | undefined, zone: string | undefined, text: string): string => {
  const read = timeReader(format, zone)(text);
  return typeof read === 'string' ? `read as ${read}` : read.problem;
};

describe('timeReader', () => {
  it.each(EXPORTS)('reads the time of %s', (_exporter, format, zone, text, instant) => {
    const read = timeReader(format, zone)(text);
    expect(read).toBe(instant);
    expect(parseInstant(read as string)).toBe(read);
  });

  it.each(REFUSED)('with the format %s refuses what is not in it: %j', (format, texts) => {
    for (const text of texts) {
      const problem = problemOf(format, 'UTC', text);
      expect([text, problem]).toEqual([
        text,
        expect.stringMatching(/^must be .* in the years 0001 to 9999.*, for example \S/),
      ]);
    }
  });

  it('reads the example of each of its messages', () => {
    const patterns = [
      'DD/MM/YYYY HH:mm',
      'M/D/YYYY h:mm:ss.f A',
      'D MMMM YYYY, hh A',
      "YYYYMMDD'at'HHmmssf",
      'MMM DD YYYY HH:mm:ss,f Z',
    ];
    for (const format of [
      undefined,
      'epoch-seconds',
      'epoch-millis',
      'epoch-micros',
      'day-first',
      'month-first',
      ...patterns,
    ]) {
      const example = problemOf(format, undefined, '').split('for example ')[1] as string;
      expect([format, timeReader(format, undefined)(example)]).toEqual([format, expect.stringMatching(/^2026-04-18T/)]);
    }
  });

  it('reads epoch times to the last digit and cuts off towards the past', () => {
    const cases: [format: string, text: string, instant: string][] = [
      ['epoch-seconds', '-62135596800', '0001-01-01T00:00:00Z'],
      ['epoch-seconds', '253402300799.9999999', '9999-12-31T23:59:59.999999Z'],
      ['epoch-seconds', '253402300799.123457', '9999-12-31T23:59:59.123457Z'],
      ['epoch-seconds', '-1.5', '1969-12-31T23:59:58.5Z'],
      ['epoch-seconds', '-0.0000001', '1969-12-31T23:59:59.999999Z'],
      ['epoch-seconds', '-0.0000010', '1969-12-31T23:59:59.999999Z'],
      ['epoch-seconds', '-0', '1970-01-01T00:00:00Z'],
      ['epoch-seconds', '0001614849300', '2021-03-04T09:15:00Z'],
      ['epoch-millis', '-1', '1969-12-31T23:59:59.999Z'],
      ['epoch-millis', '253402300799999.999', '9999-12-31T23:59:59.999999Z'],
      ['epoch-micros', '-62135596800000000', '0001-01-01T00:00:00Z'],
      ['epoch-micros', '253402300799999999', '9999-12-31T23:59:59.999999Z'],
      ['epoch-micros', '5.9', '1970-01-01T00:00:00.000005Z'],
    ];
    for (const [format, text, instant] of cases)
      expect([text, timeReader(format, 'UTC')(text)]).toEqual([text, instant]);
  });

  it('accepts all that parseInstant accepts, with any number of digits in the fraction', () => {
    const fraction = '1'.repeat(1000);
    expect(timeReader(undefined, undefined)(`2021-03-04T09:15:00.${fraction}`)).toBe('2021-03-04T09:15:00.111111Z');
    expect(timeReader(undefined, 'Europe/Berlin')(`2021-03-04T09:15:00.${fraction}`)).toBe(
      '2021-03-04T08:15:00.111111Z',
    );
    expect(timeReader(undefined, 'Europe/Berlin')(`2021-03-04T09:15:00.${fraction}Z`)).toBe(
      '2021-03-04T09:15:00.111111Z',
    );
    expect(timeReader(undefined, 'Europe/Berlin')(`2021-03-04T09:15:00.${fraction}-01:00`)).toBe(
      '2021-03-04T10:15:00.111111Z',
    );
  });

  it('takes little time for a hostile text', () => {
    const formats = [undefined, 'epoch-seconds', 'day-first', 'D/M/YYYY h:mm:ss.f A', 'D MMMM YYYY'];
    const begun = performance.now();
    for (const format of formats) {
      for (const text of ['1', ' ', '2021-03-04 09:15:00.1', '1/', 'Z', '+01'].map((part) => part.repeat(1 << 20))) {
        expect(problemOf(format, 'Europe/Berlin', text)).toMatch(/^must be /);
        expect(problemOf(format, 'Europe/Berlin', `2021-03-04T09:15:00.${text}x`)).toMatch(/^must be /);
      }
    }
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});

describe('a format that does not exist', () => {
  it.each([
    ['', 'has no year'],
    ['YYYY-MM', 'has no day'],
    ['DD/MM', 'has no year'],
    ['YYYY DD', 'has no month'],
    ['HH:mm', 'has no year'],
    ['dd/MM/yyyy', 'has letters without a meaning (dd, yyyy)'],
    ['DD/MM/YY', 'has letters without a meaning (YY)'],
    ['YYYY-MM-DD at HH:mm', 'has letters without a meaning (a, t)'],
    ['epoch', 'has letters without a meaning (e, p, o, c)'],
    ['constructor', 'has letters without a meaning'],
    ['__proto__', 'has letters without a meaning'],
    ["YYYY-MM-DD'T", 'has a quote that does not end'],
    ['YYYY-MM-DD MMM', 'has the month more than once'],
    ['YYYY-MM-DD HH hh A', 'has the hour more than once'],
    ['YYYY-MM-DDD', 'has the day more than once'],
    ['YYYY-MM-DD hh:mm', 'has only one of the 12-hour hour and A'],
    ['YYYY-MM-DD HH:mm A', 'has only one of the 12-hour hour and A'],
    ['YYYY-MM-DD mm', 'without'],
    ['YYYY-MM-DD HH:ss', 'without'],
    ['YYYY-MM-DD HH:mm.f', 'has f not after ss'],
    ['YYYY-MM-DD f', 'has f not after ss'],
    ['YYYYMD', 'has digits right after M, which has no fixed length'],
    ["DD/MM/YYYY H'5'", 'has digits right after H, which has no fixed length'],
    ['DD/MM/YYYY H5', 'has digits right after H, which has no fixed length'],
    ['HHZYYYYMMDD', 'has digits right after Z, which has no fixed length'],
    [`YYYY-MM-DD${' '.repeat(60)}`, 'has more than 64 characters'],
    ['Y'.repeat(1 << 20), 'has more than 64 characters'],
  ])('%#: %.40s', (format, words) => {
    expect(() => timeReader(format, undefined)).toThrow(RangeError);
    expect(() => timeReader(format, undefined)).toThrow(words);
    expect(() => timeReader(format, undefined)).toThrow(TIME_FORMATS);
  });

  it('lets any other character stand for itself', () => {
    expect(timeReader('(YYYY).MM*DD+[HH]\\^$|?', 'UTC')('(2021).03*04+[09]\\^$|?')).toBe('2021-03-04T09:00:00Z');
    expect(problemOf('YYYY.MM.DD', 'UTC', '2021x03x04')).toMatch(/^must be /);
    expect(timeReader("YYYY-MM-DDTHH 'o''''clock'", 'UTC')("2021-03-04T09 o'clock")).toBe('2021-03-04T09:00:00Z');
    expect(timeReader("DD/MM/''YYYY", 'UTC')("04/03/'2021")).toBe('2021-03-04T00:00:00Z');
    expect(timeReader('YYYY-MM-DD 🕘HH', 'UTC')('2021-03-04 🕘09')).toBe('2021-03-04T09:00:00Z');
  });
});

describe('zones', () => {
  it.each([
    '',
    'Berlin',
    'Europe/Nowhere',
    'CET',
    'EST',
    'BST',
    'PST8PDT',
    '+24:00',
    '+2',
    '2',
    '+02:0',
    'utc+1',
    'Z/',
    '/',
    '\u221202:00',
  ])('refuses %j', (zone) => {
    expect(() => timeReader(undefined, zone)).toThrow(RangeError);
    expect(() => timeReader('epoch-seconds', zone)).toThrow(
      `there is no time zone ${JSON.stringify(zone)}; a time zone is`,
    );
  });

  it.each([
    // Clock changes
    ['Europe/Berlin', '2021-03-28 01:59:59.999999', '2021-03-28T00:59:59.999999Z'],
    [
      'Europe/Berlin',
      '2021-03-28 02:00',
      'does not exist in Europe/Berlin: the clocks went from 02:00 to 03:00 that day',
    ],
    [
      'Europe/Berlin',
      '2021-03-28 02:59:59.999999',
      'does not exist in Europe/Berlin: the clocks went from 02:00 to 03:00 that day',
    ],
    ['Europe/Berlin', '2021-03-28 03:00', '2021-03-28T01:00:00Z'],
    ['Europe/Berlin', '2021-10-31 01:59:59.999999', '2021-10-30T23:59:59.999999Z'],
    ['Europe/Berlin', '2021-10-31 02:00', 'exists twice in Europe/Berlin that day: write it with its offset'],
    ['Europe/Berlin', '2021-10-31 02:59:59.999999', 'exists twice in Europe/Berlin that day: write it with its offset'],
    ['Europe/Berlin', '2021-10-31 03:00', '2021-10-31T02:00:00Z'],
    ['Europe/Berlin', '2021-10-31 02:30 +0200', '2021-10-31T00:30:00Z'],
    ['Europe/Berlin', '2021-10-31 02:30 +01', '2021-10-31T01:30:00Z'],
    ['Europe/Berlin', '2021-03-28 02:30 Z', '2021-03-28T02:30:00Z'],
    [
      'Europe/Berlin',
      '2021-03-28T02:30',
      'does not exist in Europe/Berlin: the clocks went from 02:00 to 03:00 that day',
    ],
    [
      'America/New_York',
      '2021-03-14 02:30',
      'does not exist in America/New_York: the clocks went from 02:00 to 03:00 that day',
    ],
    ['America/New_York', '2021-11-07 01:00', 'exists twice in America/New_York that day: write it with its offset'],
    ['America/New_York', '2021-11-07 00:59:59', '2021-11-07T04:59:59Z'],
    // By half an hour
    ['Australia/Lord_Howe', '2021-10-03 01:59', '2021-10-02T15:29:00Z'],
    [
      'Australia/Lord_Howe',
      '2021-10-03 02:29',
      'does not exist in Australia/Lord_Howe: the clocks went from 02:00 to 02:30 that day',
    ],
    ['Australia/Lord_Howe', '2021-10-03 02:30', '2021-10-02T15:30:00Z'],
    ['Australia/Lord_Howe', '2021-04-04 01:29', '2021-04-03T14:29:00Z'],
    [
      'Australia/Lord_Howe',
      '2021-04-04 01:30',
      'exists twice in Australia/Lord_Howe that day: write it with its offset',
    ],
    ['Australia/Lord_Howe', '2021-04-04 02:00', '2021-04-03T15:30:00Z'],
    // At midnight
    [
      'America/Sao_Paulo',
      '2018-11-04',
      'does not exist in America/Sao_Paulo: the clocks went from 00:00 to 01:00 that day',
    ],
    ['America/Sao_Paulo', '2018-02-17 23:30', 'exists twice in America/Sao_Paulo that day: write it with its offset'],
    ['America/Havana', '2021-11-07', 'exists twice in America/Havana that day: write it with its offset'],
    // Over the date line
    ['Pacific/Apia', '2011-12-29 23:59:59', '2011-12-30T09:59:59Z'],
    [
      'Pacific/Apia',
      '2011-12-30',
      'does not exist in Pacific/Apia: the clocks went from 2011-12-30 00:00 to 2011-12-31 00:00',
    ],
    [
      'Pacific/Apia',
      '2011-12-30 23:59',
      'does not exist in Pacific/Apia: the clocks went from 2011-12-30 00:00 to 2011-12-31 00:00',
    ],
    ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00Z'],
    [
      'Pacific/Kiritimati',
      '1994-12-31 12:00',
      'does not exist in Pacific/Kiritimati: the clocks went from 1994-12-31 00:00 to 1995-01-01 00:00',
    ],
    // With seconds
    ['Europe/Berlin', '1890-01-01 00:53:28', '1890-01-01T00:00:00Z'],
    [
      'Europe/Berlin',
      '1893-04-01 00:03',
      'does not exist in Europe/Berlin: the clocks went from 00:00 to 00:06:32 that day',
    ],
    ['Africa/Monrovia', '1960-01-01', '1960-01-01T00:44:30Z'],
    ['America/New_York', '1883-11-18 12:00', 'exists twice in America/New_York that day: write it with its offset'],
    ['Asia/Manila', '1840-01-01', '1840-01-01T15:56:08Z'],
    // The edge of time
    ['America/New_York', '0001-01-01', '0001-01-01T04:56:02Z'],
    ['America/New_York', '9999-12-31 18:59:59.999999', '9999-12-31T23:59:59.999999Z'],
    ['+14:00', '0001-01-01 14:00', '0001-01-01T00:00:00Z'],
    // Fixed
    ['+0530', '2021-03-04 09:15', '2021-03-04T03:45:00Z'],
    ['-08', '2021-03-04 09:15', '2021-03-04T17:15:00Z'],
    ['Z', '2021-03-04 09:15', '2021-03-04T09:15:00Z'],
    ['GMT', '2021-03-04 09:15', '2021-03-04T09:15:00Z'],
    ['Etc/UTC', '2021-03-04 09:15', '2021-03-04T09:15:00Z'],
    ['Asia/Kolkata', '2021-03-04 09:15', '2021-03-04T03:45:00Z'],
  ])('reads in %s %s: %s', (zone, text, expected) => {
    const read = timeReader(undefined, zone)(text);
    expect(typeof read === 'string' ? read : read.problem).toBe(expected);
  });

  it.each([
    ['Asia/Tokyo', '0001-01-01'],
    ['Asia/Tokyo', '0001-01-01 05:00:00.5'],
    ['+00:01', '0001-01-01 00:00:59.5'],
    ['America/New_York', '9999-12-31 19:00'],
    ['-00:01', '9999-12-31T23:59:00'],
  ])('refuses an instant out of the years: in %s %s', (zone, text) => {
    expect(problemOf(undefined, zone, text)).toMatch(/^must be .* in the years 0001 to 9999/);
  });
});

// What a zone's local time is comes here from the date and time that Intl writes; the module reads its offsets.
describe('on random local times in many zones', () => {
  const random = randomSource(20_210_304);
  const ROUNDS = inDrill(40, 12);
  const ROWS = inDrill(200_000, 50_000);
  const ZONES = [
    ...['Europe/Berlin', 'Europe/Dublin', 'Europe/Amsterdam', 'Europe/Moscow', 'America/New_York', 'America/St_Johns'],
    ...[
      'America/Sao_Paulo',
      'America/Juneau',
      'Africa/Casablanca',
      'Africa/Monrovia',
      'Africa/Freetown',
      'Africa/Cairo',
    ],
    ...['Asia/Kolkata', 'Asia/Manila', 'Asia/Tehran', 'Asia/Gaza', 'Asia/Pyongyang', 'Australia/Lord_Howe'],
    ...['Antarctica/Troll', 'Pacific/Apia', 'Pacific/Kiritimati', 'Pacific/Kwajalein', 'Pacific/Chatham', 'Etc/UTC'],
  ];

  it('gives each instant back from its local time, unless another instant has the same', () => {
    const wrong: unknown[] = [];
    for (const zone of ZONES) {
      const [localOf, read] = [localTimes(zone), timeReader(undefined, zone)];
      for (let round = 0; round < 400; round++) {
        const second =
          round % 4 === 0 ? -62_000_000_000 + random(315_000_000_000) : -4_500_000_000 + random(7_000_000_000);
        const [micros, text] = [random(1_000_000), textOf(localOf(second))];
        const got = read(`${text}.${String(micros).padStart(6, '0')}`);
        const expected = instantFromMicros(BigInt(second) * 1_000_000n + BigInt(micros));
        if (got !== expected && !(isTwice(got) && instantsOf(localOf, localOf(second)).length > 1))
          wrong.push([zone, second, text, got]);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('agrees, in any order of the days, with a search of all offsets around, also at each clock change', () => {
    const wrong: unknown[] = [];
    const counts = { once: 0, never: 0, twice: 0 };
    for (const zone of ZONES) {
      const [localOf, read] = [localTimes(zone), timeReader(undefined, zone)];
      const changes = changesOf(localOf);
      const locals = Array.from({ length: ROUNDS }, () => -4_000_000_000 + random(8_000_000_000));
      for (let round = 0; round < ROUNDS && changes.length > 0; round++) {
        const change = changes[random(changes.length)] as number;
        const edge = localOf(change - random(2)) + (random(2) === 0 ? 0 : random(7_200) - 3_600);
        locals.push(edge, localOf(change) - 1, localOf(change - 1) + 1);
      }
      // The second time, in the other order, it reads what it remembers of the days.
      const firstRead = locals.map((local) => read(textOf(local)));
      for (const [at, local] of [...locals.entries()].toReversed()) {
        const [got, instants] = [read(textOf(local)), instantsOf(localOf, local)];
        if (JSON.stringify(got) !== JSON.stringify(firstRead[at]))
          wrong.push([zone, textOf(local), got, firstRead[at]]);
        const kind = instants.length === 0 ? 'never' : instants.length === 1 ? 'once' : 'twice';
        counts[kind]++;
        const right =
          kind === 'once'
            ? got === instantFromMillis((instants[0] as number) * 1000)
            : kind === 'twice'
              ? isTwice(got)
              : typeof got !== 'string' && got.problem.startsWith(`does not exist in ${zone}: the clocks went from`);
        if (!right) wrong.push([zone, textOf(local), got, instants]);
      }
    }
    expect(wrong).toEqual([]);
    expect(Math.min(counts.once, counts.never, counts.twice)).toBeGreaterThan(6 * ROUNDS);
  });

  it('reads many rows in little time', () => {
    const read = timeReader('DD/MM/YYYY HH:mm:ss', 'America/New_York');
    const begun = process.cpuUsage();
    let refused = 0;
    for (let row = 0; row < ROWS; row++) {
      const text = new Date(1.2e12 + row * 2_345_678).toISOString();
      const [date, time] = [`${text.slice(8, 10)}/${text.slice(5, 7)}/${text.slice(0, 4)}`, text.slice(11, 19)];
      if (typeof read(`${date} ${time}`) !== 'string') refused++;
    }
    expect(refused).toBeLessThan(ROWS / 2_000);
    // Of the processor, not of a clock: other programs may have it as well.
    expect(process.cpuUsage(begun).user).toBeLessThan(50 * ROWS);
  });
});

type LocalOf = (second: number) => number;

const isTwice = (read: unknown): boolean => typeof read === 'object' && JSON.stringify(read).includes('exists twice');

/** A local time in seconds as if it were UTC, as YYYY-MM-DD HH:MM:SS. */
const textOf = (local: number): string =>
  instantFromMillis(local * 1000)
    .slice(0, 19)
    .replace('T', ' ');

/** The local time of a second since the Unix epoch, as if it were UTC. */
function localTimes(zone: string): LocalOf {
  const fields = {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  } as const;
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', era: 'short', ...fields });
  return (second) => {
    const part = Object.fromEntries(format.formatToParts(second * 1000).map(({ type, value }) => [type, value]));
    const date = new Date(0);
    date.setUTCFullYear(
      part.era === 'BC' ? 1 - Number(part.year) : Number(part.year),
      Number(part.month) - 1,
      Number(part.day),
    );
    return date.setUTCHours(Number(part.hour), Number(part.minute), Number(part.second)) / 1000;
  };
}

/** All seconds with a local time, by the offsets at each hour within a day of it. */
function instantsOf(localOf: LocalOf, local: number): number[] {
  const offsets = new Set<number>();
  for (let second = local - 86_400; second <= local + 86_400; second += 3600) offsets.add(localOf(second) - second);
  return [...offsets].map((offset) => local - offset).filter((second) => localOf(second) === local);
}

/** The first second of each offset from 1880 to 2040, as far as steps of two weeks find them. */
function changesOf(localOf: LocalOf): number[] {
  const changes: number[] = [];
  let startOffset: number | undefined;
  for (let start = -2_840_140_800; start < 2_208_988_800; start += 1_209_600) {
    let [before, after] = [start - 1_209_600, start];
    const [offset, endOffset] = [startOffset ?? localOf(before) - before, localOf(after) - after];
    startOffset = endOffset;
    if (offset === endOffset) continue;
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (localOf(middle) - middle === offset) before = middle;
      else after = middle;
    }
    changes.push(after);
  }
  return changes;
}

/** Numbers from 0 to below a limit, the same in each run: a linear congruential generator. */
function randomSource(seed: number): (limit: number) => number {
  let state = BigInt(seed);
  return (limit) => {
    state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) % (1n << 64n);
    return Number((state >> 11n) % BigInt(limit));
  };
}
