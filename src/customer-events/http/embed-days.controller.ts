import { Get } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { Fails, Responds, SessionController } from '../../platform/http/docs/api-docs.ts';
import { Costly, tooManyCostlyRequests } from '../../platform/http/rate-limit/costly-requests.ts';
import { Costs } from '../../platform/http/rate-limit/costs.ts';
import { CurrentSession, type SessionCaller } from '../../platform/http/request/caller.ts';
import { QueryParams } from '../../platform/http/request/query-params.ts';
import { MAX_DAYS, TimelineDays } from '../application/timeline-days.ts';
import { customerNotFound } from '../domain/customer-events-error.ts';
import { EmbedDaysRequest, daysQuery } from './embed-days.request.ts';
import { EmbedDaysResponse } from './embed-days.response.ts';

@SessionController('days')
export class EmbedDaysController {
  constructor(private readonly days: TimelineDays) {}

  @Get()
  @Costly()
  @Costs(10)
  @ApiOperation({
    summary: 'Count the events of each day',
    description: `In a time zone, at most ${MAX_DAYS} days at once.`,
  })
  @Responds(200, EmbedDaysResponse, 'The days that have events.')
  @Fails(customerNotFound, tooManyCostlyRequests)
  async listEmbedDays(
    @CurrentSession() { app, session }: SessionCaller,
    @QueryParams() request: EmbedDaysRequest,
  ): Promise<EmbedDaysResponse> {
    const query = daysQuery(request, session.timeZone);
    return { days: await this.days.of(app.id, session.customerExternalId, query, session.types) };
  }
}
