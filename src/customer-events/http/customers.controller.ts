import { Delete, Get, Patch, Req } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { type Request } from 'express';
import { Responds, BODY_FAILURES, Fails, ServerController, TakesJson } from '../../platform/http/docs/api-docs.ts';
import { Costly, tooManyCostlyRequests } from '../../platform/http/rate-limit/costly-requests.ts';
import { Costs } from '../../platform/http/rate-limit/costs.ts';
import type { Actor } from '../../platform/audit/audit-entry.ts';
import { CurrentActor } from '../../platform/http/request/current-actor.ts';
import { CurrentCaller, type Caller } from '../../platform/http/request/caller.ts';
import { Needs } from '../../platform/http/request/needs.ts';
import { TakesNoQuery } from '../../platform/http/request/takes-no-query.ts';
import { allowLongWork } from '../../platform/http/request/in-flight-request.ts';
import { JsonBody } from '../../platform/http/request/json-body.ts';
import { SuccessResponse } from '../../platform/http/response/success-response.ts';
import { Customers } from '../application/customers.ts';
import { customerEmailExists, customerNotFound } from '../domain/customer-events-error.ts';
import { CustomerRequest, customerChanges } from '../input/customer.request.ts';
import { CustomerResponse, customerResponse, ErasedEventsResponse } from './customer.response.ts';
import { DocumentsExternalId, ExternalId } from './external-id.param.ts';

@ServerController('customers/:externalId', 'Customers')
@DocumentsExternalId()
export class CustomersController {
  constructor(private readonly customers: Customers) {}

  @Patch()
  @Needs('customers:write')
  @Costs(1)
  @ApiOperation({ summary: 'Create or change a customer', description: 'Only the fields that are given change.' })
  @TakesJson(CustomerRequest, {
    create: {
      summary: 'Create a customer',
      value: { email: 'ada@example.com', name: 'Ada Lovelace', metadata: { plan: 'pro' } },
    },
  })
  @Responds(201, CustomerResponse, 'The customer is created.')
  @Responds(200, CustomerResponse, 'The customer is changed.')
  @Fails(customerEmailExists, ...BODY_FAILURES)
  async upsertCustomer(
    @CurrentCaller() caller: Caller,
    @ExternalId() externalId: string,
    @JsonBody() body: CustomerRequest,
  ): Promise<SuccessResponse> {
    const { customer, created } = await this.customers.put(caller.app.id, externalId, customerChanges(body));
    return new SuccessResponse(created ? 201 : 200, customerResponse(customer));
  }

  @Get()
  @Needs('customers:read')
  @Costs(1)
  @ApiOperation({ summary: 'Read a customer' })
  @Responds(200, CustomerResponse, 'The customer.')
  @Fails(customerNotFound)
  async getCustomer(@CurrentCaller() caller: Caller, @ExternalId() externalId: string): Promise<CustomerResponse> {
    return customerResponse(await this.customers.get(caller.app.id, externalId));
  }

  @Delete()
  @TakesNoQuery()
  @Needs('events:erase')
  @Costly()
  @Costs(10)
  @ApiOperation({
    summary: 'Erase a customer and its events',
    description:
      'For good: after the response no read finds them. Of an eventId a hash stays, so that an event sent again is refused with ' +
      'EVENT_ERASED even if the customer is created anew. A long history is erased in parts; if the request breaks off, send it again.',
  })
  @Responds(200, ErasedEventsResponse, 'Nothing of the customer is left.')
  @Fails(customerNotFound, tooManyCostlyRequests)
  eraseCustomer(
    @CurrentCaller() caller: Caller,
    @ExternalId() externalId: string,
    @CurrentActor() actor: Actor,
    @Req() request: Request,
  ): Promise<ErasedEventsResponse> {
    allowLongWork(request);
    return this.customers.erase(caller.app.id, externalId, actor);
  }
}
