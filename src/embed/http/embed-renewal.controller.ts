import { HttpCode, Post } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { Responds, SessionController } from '../../platform/http/docs/api-docs.ts';
import { Costs } from '../../platform/http/rate-limit/costs.ts';
import { CurrentSession, type SessionCaller } from '../../platform/http/request/caller.ts';
import { EmbedSessions } from '../application/embed-sessions.ts';
import { RenewedSessionResponse, renewedSessionResponse } from './embed-session.response.ts';

@SessionController('renew')
export class EmbedRenewalController {
  constructor(private readonly sessions: EmbedSessions) {}

  @Post()
  @HttpCode(200)
  @Costs(1)
  @ApiOperation({
    summary: 'Prolong this session',
    description: 'By its ttl from now, up to `renewableUntil`; never by less than it had. The token stays the same.',
  })
  @Responds(200, RenewedSessionResponse, 'Until when the session is good now.')
  async renewEmbedSession(@CurrentSession() { app, session }: SessionCaller): Promise<RenewedSessionResponse> {
    return renewedSessionResponse(await this.sessions.renew({ id: session.id, appId: app.id }));
  }
}
