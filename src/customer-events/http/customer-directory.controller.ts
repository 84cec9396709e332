import { Get, Req } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { Request } from 'express';
import { Fails, Responds, ServerController } from '../../platform/http/docs/api-docs.ts';
import { routeNotFound } from '../../platform/http/errors/http-error.ts';
import { Costly, tooManyCostlyRequests } from '../../platform/http/rate-limit/costly-requests.ts';
import { Costs } from '../../platform/http/rate-limit/costs.ts';
import { CurrentCaller, type Caller } from '../../platform/http/request/caller.ts';
import { Needs } from '../../platform/http/request/needs.ts';
import { QueryParams } from '../../platform/http/request/query-params.ts';
import type { Encodable } from '../../platform/http/response/encode-json.ts';
import { CustomerDirectory } from '../application/customer-directory.ts';
import { CUSTOMERS_DEFAULT_LIMIT } from '../domain/customer-list.ts';
import { CustomerDirectoryRequest, requireEmailAlone } from './customer-directory.request.ts';
import { customerFoundResponse, customerPageResponse, CustomersFoundResponse } from './customer-directory.response.ts';

@ServerController('customers', 'Customers')
export class CustomerDirectoryController {
  constructor(private readonly directory: CustomerDirectory) {}

  @Get()
  @Needs('customers:read')
  @Costly(({ query }) => query.email === undefined)
  @Costs(1)
  @ApiOperation({
    summary: 'Find a customer by its e-mail address, or list customers',
    description:
      'With `email`: none or one customer, and 200 in both cases. Otherwise a page of customers, the newest first by ' +
      '(createdAt, id), or with `externalIdPrefix` in the order of their external ids. A customer that is there during ' +
      'the whole walk comes exactly once, whatever is created or erased meanwhile. A page ends after 2 MiB. In a database ' +
      'that is distributed to several nodes a list asks all of them, and `email` two.',
  })
  @Responds(200, CustomersFoundResponse, 'The customers.')
  @Fails(tooManyCostlyRequests)
  findCustomers(
    @CurrentCaller() { app }: Caller,
    @QueryParams() query: CustomerDirectoryRequest,
    @Req() { path }: Request,
  ): Promise<Encodable<CustomersFoundResponse>> {
    // Whoever puts an empty external id into a path asks for one customer, and must not get the list of all.
    if (path.endsWith('/') && query.email === undefined) throw routeNotFound();
    return query.email === undefined ? this.list(app.id, query) : this.ofEmail(app.id, query.email, query);
  }

  private async ofEmail(
    appId: string,
    email: string,
    query: CustomerDirectoryRequest,
  ): Promise<Encodable<CustomersFoundResponse>> {
    requireEmailAlone(query);
    return customerFoundResponse(await this.directory.ofEmail(appId, email));
  }

  private async list(
    appId: string,
    { externalIdPrefix, limit = CUSTOMERS_DEFAULT_LIMIT, cursor }: CustomerDirectoryRequest,
  ): Promise<Encodable<CustomersFoundResponse>> {
    return customerPageResponse(await this.directory.page(appId, externalIdPrefix, limit, cursor));
  }
}
