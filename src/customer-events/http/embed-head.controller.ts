import { Get } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { Fails, Responds, SessionController } from '../../platform/http/docs/api-docs.ts';
import { Costly, tooManyCostlyRequests } from '../../platform/http/rate-limit/costly-requests.ts';
import { Costs } from '../../platform/http/rate-limit/costs.ts';
import { CurrentSession, type SessionCaller } from '../../platform/http/request/caller.ts';
import { TimelineHeads } from '../application/timeline-heads.ts';
import { customerNotFound } from '../domain/customer-events-error.ts';
import { EmbedHeadResponse, embedHeadResponse } from './embed-head.response.ts';

@SessionController('head')
export class EmbedHeadController {
  constructor(private readonly heads: TimelineHeads) {}

  @Get()
  @Costly()
  @Costs(10)
  @ApiOperation({
    summary: 'Read what stands above the timeline',
    description: 'The customer, the session, recent warnings and errors, and the types of events that there are.',
  })
  @Responds(200, EmbedHeadResponse, 'The head of the page.')
  @Fails(customerNotFound, tooManyCostlyRequests)
  async getEmbedHead(@CurrentSession() { app, session }: SessionCaller): Promise<EmbedHeadResponse> {
    return embedHeadResponse(await this.heads.of(app.id, session.customerExternalId, session), session);
  }
}
