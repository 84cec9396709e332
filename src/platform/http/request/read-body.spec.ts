import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { Abandoned } from '../../../../libs/kernel/abandoned.ts';
import { readJsonText } from './read-body.ts';

describe('readJsonText', () => {
  it('is abandoned where the client went away before its body was read', async () => {
    const request = new IncomingMessage(new Socket());
    request.headers = { 'content-type': 'application/json', 'content-length': '2' };
    request.push('{}');
    request.destroy();
    await expect(readJsonText(request, 10)).rejects.toThrow(Abandoned);
  });
});
