import { Delete, Inject, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiParam } from '@nestjs/swagger';
import type { Actor } from '../../platform/audit/audit-entry.ts';
import { BODY_FAILURES, Fails, Responds, ServerController, TakesJson } from '../../platform/http/docs/api-docs.ts';
import { Costs } from '../../platform/http/rate-limit/costs.ts';
import { CurrentCaller, type Caller } from '../../platform/http/request/caller.ts';
import { CurrentActor } from '../../platform/http/request/current-actor.ts';
import { JsonBody } from '../../platform/http/request/json-body.ts';
import { Needs } from '../../platform/http/request/needs.ts';
import { TakesNoQuery } from '../../platform/http/request/takes-no-query.ts';
import { EmbedSessions } from '../application/embed-sessions.ts';
import { sessionCustomerNotFound, sessionNotFound } from '../domain/embed-error.ts';
import { customerNamed, EmbedSessionRequest, sessionDraft } from '../input/embed-session.request.ts';
import {
  CreatedSessionResponse,
  createdSessionResponse,
  EndedSessionResponse,
  endedSessionResponse,
} from './embed-session.response.ts';

/**
 * The injection token of a function that returns where browsers reach the service, without a slash at the end. The port may
 * be known only when the service listens.
 */
export const PUBLIC_URL = 'PUBLIC_URL';

@ServerController('embed/sessions', 'Embed sessions')
export class EmbedSessionsController {
  constructor(
    private readonly sessions: EmbedSessions,
    @Inject(PUBLIC_URL) private readonly publicUrl: () => string,
  ) {}

  @Post()
  @Needs('sessions:create')
  @Costs(1)
  @ApiOperation({
    summary: 'Make a session by which a page can read one customer',
    description:
      'For the frame in a help desk. The session reads this one customer, and nothing else. It ends when it expires and is not ' +
      'renewed, when it is ended, when the key that made it is revoked or expires, and when the customer is erased.',
  })
  @TakesJson(EmbedSessionRequest, {
    ticket: {
      summary: 'For the ticket of a customer',
      value: {
        customerExternalId: 'user_42',
        at: '2026-04-18T10:00:00Z',
        viewer: { id: 'agent_7', name: 'Grace Hopper' },
        timeZone: 'Europe/Berlin',
      },
    },
  })
  @Responds(201, CreatedSessionResponse, 'The session is made.')
  @Fails(sessionCustomerNotFound, ...BODY_FAILURES)
  async createEmbedSession(
    @CurrentCaller() { app, keyId }: Caller,
    @JsonBody() body: EmbedSessionRequest,
    @CurrentActor() actor: Actor,
  ): Promise<CreatedSessionResponse> {
    const by = { appId: app.id, keyId };
    return createdSessionResponse(
      await this.sessions.create(by, customerNamed(body), sessionDraft(body), actor),
      this.publicUrl(),
    );
  }

  @Delete(':id')
  @TakesNoQuery()
  @Needs('sessions:create')
  @Costs(1)
  @ApiParam({
    name: 'id',
    description: 'The id of the session; not its token.',
    schema: { type: 'string', example: 'cmo4a7r2v0003k9qwz5t8n1yc' },
  })
  @ApiOperation({ summary: 'End a session', description: 'No instance lets it in ten seconds later.' })
  @Responds(200, EndedSessionResponse, 'The session has ended, now or before.')
  @Fails(sessionNotFound)
  async endEmbedSession(
    @CurrentCaller() { app }: Caller,
    @Param('id') id: string,
    @CurrentActor() actor: Actor,
  ): Promise<EndedSessionResponse> {
    return endedSessionResponse(await this.sessions.end(id, app.id, actor));
  }
}
