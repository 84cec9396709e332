import { Get, Param } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { Fails, Responds, SessionController } from '../../platform/http/docs/api-docs.ts';
import { Costs } from '../../platform/http/rate-limit/costs.ts';
import { CurrentSession, type SessionCaller } from '../../platform/http/request/caller.ts';
import { SessionEvents } from '../application/session-events.ts';
import { customerNotFound, eventNotFound } from '../domain/customer-events-error.ts';
import { EmbedEventResponse, embedEventResponse } from './embed-event.response.ts';
import { DocumentsEventId } from './event-id.param.ts';

@SessionController('events')
export class EmbedEventsController {
  constructor(private readonly events: SessionEvents) {}

  @Get(':id')
  @Costs(1)
  @DocumentsEventId()
  @ApiOperation({
    summary: 'Read one event of the customer',
    description: 'With its payload as a text; without what the rules mask, if the session is a masked one.',
  })
  @Responds(200, EmbedEventResponse, 'The event.')
  @Fails(customerNotFound, eventNotFound)
  async getEmbedEvent(
    @CurrentSession() { app, session }: SessionCaller,
    @Param('id') id: string,
  ): Promise<EmbedEventResponse> {
    return embedEventResponse(await this.events.event(app.id, session.customerExternalId, id, session));
  }
}
