import { describe, expect, it } from '@jest/globals';
import { readArguments } from './arguments.ts';

describe('the arguments of the command line', () => {
  it.each([
    ['--key sk_live_agent_x', ['send', 'user_42', 'order.placed', '--key', 'sk_live_agent_x']],
    ['--key=…', ['--key=sk_live_agent_x', 'tail', 'user_42']],
    ['--key without a value', ['tail', 'user_42', '--key']],
    ['-key', ['tail', 'user_42', '-key', 'sk_live_agent_x']],
  ])('refuse %s, say why, and do not repeat it', (_what, argv) => {
    expect(() => readArguments(argv)).toThrow(/other users of this machine can read arguments/);
    expect(() => readArguments(argv)).not.toThrow(/sk_live/);
  });

  it.each([
    [['send', 'user_42'], 'send needs a customer and a type'],
    [['send', '--ndjson', 'file', 'user_42'], 'send --ndjson takes customers and types from the lines'],
    [['send', 'user_42', 'order.placed', '--last', '3'], '--last is no option of send'],
    [['tail'], 'tail of a whole app is not there yet'],
    [['tail', 'user_42', '--last', '201'], '--last must be a whole number from 0 to 200'],
    [['tail', 'user_42', '--interval', '0.5'], '--interval must be a whole number from 1 to 3600'],
    [['tail', 'user_42', '--typ', 'a'], "Unknown option '--typ'"],
    [['push'], 'The commands are send and tail'],
    [[], 'The commands are send and tail'],
  ])('%j are refused', (argv, message) => {
    expect(() => readArguments(argv)).toThrow(message);
  });

  it('of all commands have the connection, and --json', () => {
    expect(
      readArguments(['tail', 'a', '--url', 'http://b', '--key-file', 'c', '--json', '--type', 'd', '--type', 'e']),
    ).toEqual({
      command: 'tail',
      customer: 'a',
      types: ['d', 'e'],
      last: 10,
      intervalMs: 2000,
      connection: { url: 'http://b', keyFile: 'c' },
      json: true,
    });
  });

  it.each([[['--help']], [['help']], [['send', '--help']]])('%j ask for help', (argv) => {
    expect(readArguments(argv)).toEqual({ command: 'help' });
  });
});
