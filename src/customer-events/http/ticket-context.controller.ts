import { Get } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { hasScope } from '../../platform/access/scopes.ts';
import { Responds, Fails, ServerController } from '../../platform/http/docs/api-docs.ts';
import { Costly, tooManyCostlyRequests } from '../../platform/http/rate-limit/costly-requests.ts';
import { Costs } from '../../platform/http/rate-limit/costs.ts';
import { CurrentCaller, type Caller } from '../../platform/http/request/caller.ts';
import { Needs } from '../../platform/http/request/needs.ts';
import { PrefersMarkdown } from '../../platform/http/request/prefers.ts';
import { QueryParams } from '../../platform/http/request/query-params.ts';
import type { Encodable } from '../../platform/http/response/encode-json.ts';
import { TextResponse } from '../../platform/http/response/text-response.ts';
import { TicketContexts } from '../application/ticket-contexts.ts';
import { customerNotFound } from '../domain/customer-events-error.ts';
import { wantsDisplay } from './display.param.ts';
import { DocumentsExternalId, ExternalId } from './external-id.param.ts';
import { ticketContextMarkdown } from './ticket-context.markdown.ts';
import { TicketContextRequest, ticketTime } from './ticket-context.request.ts';
import { ticketContextResponse } from './ticket-context.json.ts';
import { TicketContextResponse } from './ticket-context.response.ts';

/** A context of more events costs as much as a summary. */
const LONG_CONTEXT = 50;

const MARKDOWN_TYPE = 'text/markdown; charset=utf-8';

@ServerController('customers/:externalId/context', 'Timeline')
@DocumentsExternalId()
export class TicketContextController {
  constructor(private readonly contexts: TicketContexts) {}

  @Get()
  @Needs('timeline:read')
  @Costs(5)
  @Costly(({ query }) => Number(query.limit) > LONG_CONTEXT)
  @ApiOperation({
    summary: 'What had happened to a customer when a ticket was opened',
    description:
      'For the agent, or the tool, that answers the ticket: deterministic, and at most 16 KiB. What there is no room for is counted where it is missing. ' +
      'Warnings and errors of the window stand first, and what is of little interest by the rules of its type gives way first. ' +
      'With `Accept: text/markdown` it is a short note, without what the rules mask; a key with `customers:read` has the name and the plan of the customer in it.',
  })
  @Responds(200, TicketContextResponse, 'The context.', {}, { 'text/markdown': null })
  @Fails(customerNotFound, tooManyCostlyRequests)
  async getTicketContext(
    @CurrentCaller() caller: Caller,
    @ExternalId() externalId: string,
    @QueryParams() query: TicketContextRequest,
    @PrefersMarkdown() prefersMarkdown: boolean,
  ): Promise<Encodable<TicketContextResponse> | TextResponse> {
    const context = await this.contexts.at(caller.app.id, externalId, ticketTime(query), {
      customer: (prefersMarkdown || wantsDisplay(query)) && hasScope(caller.scopes, 'customers:read'),
      masked: prefersMarkdown,
    });
    return prefersMarkdown
      ? new TextResponse(ticketContextMarkdown(externalId, context), MARKDOWN_TYPE)
      : ticketContextResponse(context, wantsDisplay(query));
  }
}
