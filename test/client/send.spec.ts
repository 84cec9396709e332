import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ClientOutcome, startServedClient, type ServedClient } from '../support/client-command.ts';
import { freePort } from '../support/free-port.ts';
import { startHttpFaultProxy, type HttpFault } from '../support/http-fault-proxy.ts';

const PAYLOAD = '{"total":99.90,"id":123456789012345678901234567890}';

describe('send, of the command line of the client', () => {
  let served: ServedClient;

  beforeAll(async () => {
    served = await startServedClient();
  });
  afterAll(() => served.close());

  const send = (args: string[], more: Record<string, string> = {}, input?: string): Promise<ClientOutcome> =>
    served.commands.run(['send', ...args], { ...served.settings, ...more }, input);

  /** The stored events whose line has this text, as the export gives them. */
  async function stored(text: string): Promise<string[]> {
    const exported = await served.service.get('/customers/user_42/events/export').buffer(true).expect(200);
    return exported.text.split('\n').filter((line) => line.includes(text));
  }

  it('stores an event with the payload of standard input digit for digit, and a second time says so', async () => {
    const args = ['user_42', 'order.placed', '--payload', '@-', '--event-id', 'cli-1', '--occurred-at', '2026-04-18'];
    const first = await send(args, {}, ` ${PAYLOAD}\n`);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/^created c[a-z0-9]{24}, eventId cli-1\n$/);
    const second = await send([...args, '--json'], {}, PAYLOAD);
    expect(second).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(second.stdout)).toMatchObject({ status: 'replayed', eventId: 'cli-1', type: 'order.placed' });
    expect(await stored('"cli-1"')).toEqual([expect.stringContaining(`"payload":${PAYLOAD}`)]);
  });

  it('run twice without an instant stores its event once, since the service takes an absent one for any', async () => {
    const args = ['user_42', 'order.placed', '--event-id', 'cli-2'];
    expect(await send(args)).toMatchObject({ code: 0, stdout: expect.stringContaining('created') });
    expect(await send(args)).toMatchObject({ code: 0, stdout: 'replayed, eventId cli-2\n', stderr: '' });
    expect(await send([...args, '--payload', '{"other":1}'])).toMatchObject({ code: 2, stdout: '' });
    expect(await stored('"cli-2"')).toHaveLength(1);
  });

  it('takes the payload from a file, and the key from one, with a warning where others may read it', async () => {
    const [payload, key] = [join(served.commands.folder, 'payload.json'), join(served.commands.folder, 'key')];
    writeFileSync(payload, PAYLOAD);
    writeFileSync(key, `${served.service.key}\n`);
    chmodSync(key, 0o644);
    const args = ['user_42', 'order.placed', '--payload', `@${payload}`, '--key-file', key];
    const readable = await send(args, { CUSTOMER_EVENTS_KEY: '' });
    expect(readable).toMatchObject({ code: 0, stderr: expect.stringContaining('chmod 600') });
    chmodSync(key, 0o600);
    expect(await send(args, { CUSTOMER_EVENTS_KEY: 'wrong' })).toMatchObject({ code: 0, stderr: '' });
  });

  it.each<[string, HttpFault[]]>([
    ['a 429 and a 503', [429, 503].map((status) => ({ status, headers: { 'Retry-After': '1' }, body: '{}' }))],
    ['a cut before and a cut after the commit', ['cut-before', 'cut-after']],
  ])('stores an event once after %s', async (what, faults) => {
    const proxy = await startHttpFaultProxy(served.settings.CUSTOMER_EVENTS_URL, faults);
    const eventId = `cli-${what.replaceAll(' ', '-')}`;
    const outcome = await send(['user_42', 'order.placed', '--event-id', eventId], { CUSTOMER_EVENTS_URL: proxy.url });
    await proxy.close();
    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining(eventId) });
    expect(outcome.stderr).toContain('trying again');
    expect(await stored(JSON.stringify(eventId))).toHaveLength(1);
  });

  it('says by what id and instant to send again an event that nobody took in time', async () => {
    const more = { CUSTOMER_EVENTS_URL: `http://127.0.0.1:${await freePort()}` };
    const outcome = await send(['user_42', 'order.placed', '--timeout', '1'], more);
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    const again = /--event-id (\S+) --occurred-at (\S+)/.exec(outcome.stderr);
    const [, eventId, occurredAt] = again as RegExpExecArray as unknown as [string, string, string];
    const args = ['user_42', 'order.placed', '--event-id', eventId, '--occurred-at', occurredAt];
    expect(await send(args)).toMatchObject({ code: 0, stdout: expect.stringContaining('created') });
  });

  it.each([
    ['an unknown customer', ['nobody', 'order.placed'], {}, 2, 'CUSTOMER_NOT_FOUND'],
    ['a wrong type', ['user_42', 'Order'], {}, 2, 'VALIDATION_ERROR'],
    ['a wrong key', ['user_42', 'a'], { CUSTOMER_EVENTS_KEY: 'sk_live_agent_wrong' }, 1, 'AUTH_API_KEY_INVALID'],
    ['a key that is none', ['user_42', 'a'], { CUSTOMER_EVENTS_KEY: 'sk_live wrong' }, 1, 'key must be an agent key'],
    ['no key', ['user_42', 'a'], { CUSTOMER_EVENTS_KEY: '' }, 1, 'set CUSTOMER_EVENTS_KEY'],
    ['no URL', ['user_42', 'a'], { CUSTOMER_EVENTS_URL: '' }, 1, 'Set CUSTOMER_EVENTS_URL'],
    ['a payload that is no JSON', ['user_42', 'a', '--payload', '{secret'], {}, 1, 'The payload is not valid JSON'],
    ['a file that is not there', ['user_42', 'a', '--payload', '@nowhere'], {}, 1, 'ENOENT'],
    ['a key as an argument', ['user_42', 'a', '--key', 'sk_live_agent_wrong'], {}, 1, 'Set CUSTOMER_EVENTS_KEY'],
  ])('fails with %s, and repeats no secret', async (_what, args, more, code, told) => {
    const outcome = await send(args, more);
    expect(outcome).toMatchObject({ code, stdout: '' });
    expect(outcome.stderr).toContain(told);
    expect(outcome.stderr).not.toMatch(/sk_live.?(agent_)?wrong|secret|at .*\.js/);
  });

  it('shows no control character that it was given', async () => {
    const { stderr } = await send(['\u001b[2J\u202e', 'order.placed\u001b[31m', '--event-id', '\u0007']);
    expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });
});
