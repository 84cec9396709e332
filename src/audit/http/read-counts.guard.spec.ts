import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { setCaller, type Caller } from '../../platform/http/request/caller.ts';
import { Needs } from '../../platform/http/request/needs.ts';
import { UncountedRead } from '../../platform/http/request/uncounted-read.ts';
import type { AuditNotes } from '../application/audit-notes.ts';
import { ReadCountsGuard } from './read-counts.guard.ts';

const NOW = 1_000;

class Routes {
  @Needs('timeline:read')
  read(): void {}

  @Needs('timeline:read')
  @UncountedRead()
  export(): void {}

  @Needs('customers:write')
  write(): void {}
}

describe('ReadCountsGuard', () => {
  let counted: unknown[];
  let guard: ReadCountsGuard;

  beforeEach(() => {
    counted = [];
    const notes = { countRead: (...read: unknown[]) => void counted.push(read) } as unknown as AuditNotes;
    guard = new ReadCountsGuard(notes, { now: () => NOW });
  });

  /** A request of a key to a route, which the guard has let pass. Returns its response. */
  function requestTo(route: keyof Routes): ServerResponse {
    const request = new IncomingMessage(new Socket());
    const response = new ServerResponse(request);
    setCaller(request as Request, { keyId: 'key-1', app: { id: 'app-1' } } as Caller);
    const context = {
      getHandler: () => Routes.prototype[route],
      switchToHttp: () => ({ getRequest: () => request, getResponse: () => response }),
    } as unknown as ExecutionContext;
    expect(guard.canActivate(context)).toBe(true);
    return response;
  }

  it('counts a response whose client went away in the middle of it', () => {
    const response = requestTo('read');
    response.writeHead(200).write('the beginning');
    expect(counted).toEqual([]);
    response.emit('close');
    expect(response.writableFinished).toBe(false);
    expect(counted).toEqual([['app-1', 'key-1', NOW]]);
  });

  it('counts nothing where no response had begun, or it was a failure', () => {
    requestTo('read').emit('close');
    const failed = requestTo('read');
    failed.writeHead(404).write('{');
    failed.emit('close');
    expect(counted).toEqual([]);
  });

  it.each(['export', 'write'] as const)('counts no %s', (route) => {
    const response = requestTo(route);
    response.writeHead(200).write('{');
    response.emit('close');
    expect(counted).toEqual([]);
  });
});
