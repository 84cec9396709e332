import { parseArgs } from 'node:util';
import { CliError } from './cli-error.ts';

export const HELP = `Usage: customer-events <command> [options]

  send <customer> <type>      record one event
    --payload <json|@file|@->   its payload, a JSON object; @- reads standard input
    --event-id <id>             your id of the event, made of ids that you have: sent again, it is stored once
    --occurred-at <instant>     when it happened (default: now)
  send --ndjson <file|->      record the events of a file, one JSON object a line
    --from-line <number>        pass over the lines before it
    --rejected <path>           where refused lines go (default: FILE.rejected.ndjson)
    --undelivered <path>        where lines go that were not delivered (default: FILE.undelivered.ndjson)
  tail <customer>             print the newest events of a customer, and new ones as they come (those that come within an
                              hour after they happened), until Ctrl-C
    --type <type>               only these; order.* is a prefix (repeatable)
    --last <number>             how many of the newest at first, 0 to 200 (default: 10)
    --interval <seconds>        between two requests (default: 2)

  --url <url>                 of the service (default: CUSTOMER_EVENTS_URL)
  --key-file <path>           a file with the key (default: CUSTOMER_EVENTS_KEY has it)
  --timeout <seconds>         how long an event may take, with all retries (default: 60)
  --json                      print JSON
  --help, --version

Exit status: 0 all is delivered, 2 some lines were refused, 1 it did not come to its end. Ctrl-C ends tail with 130.
`;

const OPTIONS = {
  payload: { type: 'string' },
  'event-id': { type: 'string' },
  'occurred-at': { type: 'string' },
  ndjson: { type: 'string' },
  'from-line': { type: 'string' },
  rejected: { type: 'string' },
  undelivered: { type: 'string' },
  type: { type: 'string', multiple: true },
  last: { type: 'string' },
  interval: { type: 'string' },
  url: { type: 'string' },
  'key-file': { type: 'string' },
  timeout: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
  version: { type: 'boolean' },
} as const;

type Option = keyof typeof OPTIONS;

const COMMON: readonly Option[] = ['url', 'key-file', 'json', 'help', 'version'];
const OPTIONS_OF: Readonly<Record<string, readonly Option[]>> = {
  send: ['payload', 'event-id', 'occurred-at', 'timeout'],
  'send --ndjson': ['ndjson', 'from-line', 'rejected', 'undelivered', 'timeout'],
  tail: ['type', 'last', 'interval'],
};

export interface Connection {
  readonly url: string | undefined;
  readonly keyFile: string | undefined;
}

export interface SendOne {
  readonly command: 'send';
  readonly customer: string;
  readonly type: string;
  /** JSON, or `@` and the name of a file. */
  readonly payload: string | undefined;
  readonly eventId: string | undefined;
  readonly occurredAt: string | undefined;
  readonly timeoutMs: number;
}

export interface SendLines {
  readonly command: 'send --ndjson';
  readonly file: string;
  readonly fromLine: number;
  readonly rejected: string | undefined;
  readonly undelivered: string | undefined;
  readonly timeoutMs: number;
}

export interface Tail {
  readonly command: 'tail';
  readonly customer: string;
  readonly types: readonly string[];
  readonly last: number;
  readonly intervalMs: number;
}

export type Arguments =
  | { readonly command: 'help' | 'version' }
  | ((SendOne | SendLines | Tail) & { readonly connection: Connection; readonly json: boolean });

/** @throws CliError where they cannot be understood; its message repeats no value. */
export function readArguments(argv: readonly string[]): Arguments {
  refuseKey(argv);
  const { values, positionals } = parsedOf(argv);
  if (values.help === true || (argv.length === 1 && argv[0] === 'help')) return { command: 'help' };
  if (values.version === true) return { command: 'version' };
  const [name = '', ...words] = positionals;
  const command = name === 'send' && values.ndjson !== undefined ? 'send --ndjson' : name;
  const allowed = OPTIONS_OF[command];
  if (allowed === undefined) throw new CliError(`The commands are send and tail; "customer-events --help" shows them`);
  for (const option of Object.keys(values) as Option[])
    if (!COMMON.includes(option) && !allowed.includes(option))
      throw new CliError(
        `--${option} is no option of ${command}; it has ${allowed.map((one) => `--${one}`).join(', ')}`,
      );
  const shared = { connection: { url: values.url, keyFile: values['key-file'] }, json: values.json === true };
  return { ...commandOf(command, words, values), ...shared };
}

/** Other users of a machine see the arguments of its processes, and shells keep them in a history. */
function refuseKey(argv: readonly string[]): void {
  if (argv.some((argument) => /^--?key(=|$)/.test(argument)))
    throw new CliError(
      'A key is not taken as an argument: other users of this machine can read arguments, and the shell keeps them. ' +
        'Set CUSTOMER_EVENTS_KEY, or name a file with --key-file; and rotate the key that was given here',
    );
}

function parsedOf(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    // "Unknown option '--x'. To specify a positional argument …": the first sentence is enough.
    throw new CliError(`${(error as Error).message.split(/\.\s|\n/)[0]}; "customer-events --help" shows what there is`);
  }
}

type Values = ReturnType<typeof parsedOf>['values'];

function commandOf(command: string, words: readonly string[], values: Values): SendOne | SendLines | Tail {
  if (command === 'tail') {
    requireWords(words, 'tail needs one customer, and tail of a whole app is not there yet', ['customer']);
    return {
      command,
      customer: words[0] as string,
      types: values.type ?? [],
      last: whole('last', values.last, 10, 0, 200),
      intervalMs: 1000 * whole('interval', values.interval, 2, 1, 3600),
    };
  }
  const timeoutMs = 1000 * whole('timeout', values.timeout, 60, 1, 86_400);
  if (command === 'send --ndjson') {
    requireWords(words, 'send --ndjson takes customers and types from the lines', []);
    const { rejected, undelivered } = values;
    const fromLine = whole('from-line', values['from-line'], 1, 1, Number.MAX_SAFE_INTEGER);
    return { command, file: values.ndjson as string, fromLine, rejected, undelivered, timeoutMs };
  }
  requireWords(words, 'send needs a customer and a type', ['customer', 'type']);
  const [customer, type] = words as [string, string];
  return {
    command: 'send',
    customer,
    type,
    payload: values.payload,
    eventId: values['event-id'],
    occurredAt: values['occurred-at'],
    timeoutMs,
  };
}

function requireWords(words: readonly string[], problem: string, names: readonly string[]): void {
  if (words.length === names.length) return;
  const usage = names.map((name) => ` <${name}>`).join('');
  throw new CliError(`${problem}; expected${usage === '' ? ' no word' : usage}, and there are ${words.length} words`);
}

function whole(name: Option, text: string | undefined, byDefault: number, min: number, max: number): number {
  if (text === undefined) return byDefault;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw new CliError(`--${name} must be a whole number from ${min} to ${max}`);
}
