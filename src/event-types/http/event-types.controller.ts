import { Delete, Get, Post, Put } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiParam } from '@nestjs/swagger';
import type { Request } from 'express';
import { fieldTooLarge } from '../../../libs/kernel/input-error.ts';
import { preconditionFailed, type Preconditions } from '../../../libs/kernel/preconditions.ts';
import { hasScope } from '../../platform/access/scopes.ts';
import type { Actor } from '../../platform/audit/audit-entry.ts';
import { BODY_FAILURES, Fails, Responds, ServerController, TakesJson } from '../../platform/http/docs/api-docs.ts';
import { Costly } from '../../platform/http/rate-limit/costly-requests.ts';
import { Costs } from '../../platform/http/rate-limit/costs.ts';
import { CurrentCaller, type Caller } from '../../platform/http/request/caller.ts';
import { CurrentActor } from '../../platform/http/request/current-actor.ts';
import { Needs } from '../../platform/http/request/needs.ts';
import { TakesNoQuery } from '../../platform/http/request/takes-no-query.ts';
import { UncountedRead } from '../../platform/http/request/uncounted-read.ts';
import { CurrentPreconditions, entityTag } from '../../platform/http/request/preconditions.ts';
import { QueryParams } from '../../platform/http/request/query-params.ts';
import { raiseCharge } from '../../platform/http/request/request-charge.ts';
import { ThisRequest } from '../../platform/http/request/this-request.ts';
import { SuccessResponse } from '../../platform/http/response/success-response.ts';
import { EventTypes } from '../application/event-types.ts';
import { EventPreviews } from '../application/event-previews.ts';
import type { Display, DisplayRule } from '../domain/display-rule.ts';
import { eventTypeRuleNotFound } from '../domain/event-types-error.ts';
import { setTag, type Rules } from '../domain/rule-set.ts';
import { DisplayRuleRequest, RuleSetRequest } from '../input/display-rule.request.ts';
import { EventPreviewRequest, type EventPreview } from '../input/event-preview.request.ts';
import { EVENT_TYPE_EXAMPLES, RULE_EXAMPLE } from './event-types.examples.ts';
import { afterOf, EventTypesQuery } from './event-types.query.ts';
import {
  DisplayResponse,
  EventTypesResponse,
  eventTypesResponse,
  patternRule,
  PatternRuleResponse,
  ruleList,
  RuleSetResponse,
} from './event-types.response.ts';
import { PreviewBody, RuleBody, RulePattern, RuleSetBody } from './rule-bodies.ts';

const TYPES_AT_ONCE = 500;
/** Types and rules that are listed, and rules that are read from a body and written, for one unit of READ_LIMITS. */
const LISTED_PER_UNIT = 25;
const WRITTEN_PER_UNIT = 5;

const ETAG = { ETag: { description: 'The version, for If-Match.', schema: { type: 'string', example: '"0f3c5a"' } } };

const DocumentsPattern = (): MethodDecorator =>
  ApiParam({
    name: 'type',
    description: 'An event type, the beginning of types such as `order.*`, or `*` for all; percent-encoded in the URL.',
    schema: { type: 'string', maxLength: 100, example: 'order.placed' },
  });

const TakesIfMatch = (): MethodDecorator =>
  ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'The ETag of what is to be changed: where it has another one by now, nothing changes (412).',
    schema: { type: 'string' },
  });

const TakesIfNoneMatch = (): MethodDecorator =>
  ApiHeader({
    name: 'If-None-Match',
    required: false,
    description: '`*`: only create it; where it is there, nothing changes (412).',
    schema: { type: 'string', enum: ['*'] },
  });

/** The ETag of a rule is made from its content, that of the list changes with every change of a rule. */
@ServerController('event-types', 'Event types')
export class EventTypesController {
  constructor(
    private readonly eventTypes: EventTypes,
    private readonly previews: EventPreviews,
  ) {}

  @Get()
  @Needs('timeline:read')
  @UncountedRead()
  @Costs(5)
  @Costly()
  @ApiOperation({
    summary: 'List the event types that were seen, and the rules for their display',
    description:
      'A type is listed within 5 s after its first event, through whatever channel it came. The ETag is that of the rules; ' +
      'the types in the list have no part in it.',
  })
  @Responds(200, EventTypesResponse, 'A page of the types; all rules on the first one.', ETAG)
  async listEventTypes(
    @CurrentCaller() { app }: Caller,
    @QueryParams() query: EventTypesQuery,
    @ThisRequest() request: Request,
  ): Promise<SuccessResponse> {
    const after = afterOf(query);
    const page = await this.eventTypes.page(app.id, after, TYPES_AT_ONCE);
    const listed = page.types.length + (after === '' ? page.rules.texts.size : 0);
    await raiseCharge(request, Math.ceil(listed / LISTED_PER_UNIT));
    const data = await eventTypesResponse(page, after === '');
    return new SuccessResponse(200, data, { ETag: entityTag(setTag(page.rules)) });
  }

  @Put()
  @TakesNoQuery()
  @Needs('event-types:write')
  @Costs(10)
  @Costly()
  @TakesIfMatch()
  @ApiOperation({
    summary: 'Replace all rules for the display of event types',
    description: 'In one transaction. At most 5,000 rules in a body of 1 MiB. No event changes.',
  })
  @TakesJson(RuleSetRequest, EVENT_TYPE_EXAMPLES.set)
  @Responds(200, RuleSetResponse, 'These are all rules now.', ETAG)
  @Fails(preconditionFailed, ...BODY_FAILURES)
  async replaceDisplayRules(
    @CurrentCaller() { app }: Caller,
    @CurrentPreconditions() conditions: Preconditions,
    @CurrentActor() actor: Actor,
    @RuleSetBody() given: Rules,
    @ThisRequest() request: Request,
  ): Promise<SuccessResponse> {
    await raiseCharge(request, Math.ceil(given.size / WRITTEN_PER_UNIT));
    const { version, texts, added, changed, removed } = await this.eventTypes.replaceAll(
      app.id,
      given,
      conditions,
      actor,
    );
    const data = { rules: await ruleList(texts), added, changed, removed };
    return new SuccessResponse(200, data, { ETag: entityTag(setTag({ version })) });
  }

  @Post('preview')
  @Needs('timeline:read')
  @Costs(5)
  @ApiOperation({
    summary: 'Try how a rule would display an event',
    description:
      'As if its type had this rule of its own; what the rule leaves out comes from the other rules. Nothing is written. ' +
      'The name of the customer is shown to keys with customers:read.',
  })
  @TakesJson(EventPreviewRequest, EVENT_TYPE_EXAMPLES.preview)
  @Responds(200, DisplayResponse, 'The event as it would be displayed.')
  @Fails(...BODY_FAILURES)
  async previewDisplay(
    @CurrentCaller() caller: Caller,
    @PreviewBody() { rule, event }: EventPreview,
  ): Promise<SuccessResponse> {
    const showsCustomer = hasScope(caller.scopes, 'customers:read');
    const display: Display = await this.previews.preview(caller.app.id, rule, event, showsCustomer);
    return new SuccessResponse(200, display);
  }

  @Get(':type')
  @Needs('timeline:read')
  @UncountedRead()
  @Costs(1)
  @DocumentsPattern()
  @ApiOperation({ summary: 'Read the rule for an event type or prefix' })
  @Responds(200, PatternRuleResponse, 'The rule.', ETAG)
  @Fails(eventTypeRuleNotFound)
  async getDisplayRule(@CurrentCaller() { app }: Caller, @RulePattern() pattern: string): Promise<SuccessResponse> {
    const found = await this.eventTypes.get(app.id, pattern);
    return new SuccessResponse(200, patternRule(found), { ETag: entityTag(found.version) });
  }

  @Put(':type')
  @Needs('event-types:write')
  @Costs(1)
  @DocumentsPattern()
  @TakesIfMatch()
  @TakesIfNoneMatch()
  @ApiOperation({
    summary: 'Say how events of a type, or of all types that begin alike, are displayed',
    description:
      'Field by field the rule of the exact type counts, then the longest prefix, then `*`, then the built-in one. A change is ' +
      'seen everywhere within 10 s. No event changes.',
  })
  @TakesJson(DisplayRuleRequest, { order: { summary: 'An order', value: RULE_EXAMPLE } })
  @Responds(201, PatternRuleResponse, 'The rule is created.', ETAG)
  @Responds(200, PatternRuleResponse, 'The rule is changed, or says this already.', ETAG)
  @Fails(preconditionFailed, fieldTooLarge, ...BODY_FAILURES)
  async putDisplayRule(
    @CurrentCaller() { app }: Caller,
    @RulePattern() pattern: string,
    @CurrentPreconditions() conditions: Preconditions,
    @CurrentActor() actor: Actor,
    @RuleBody() rule: DisplayRule,
  ): Promise<SuccessResponse> {
    const put = await this.eventTypes.put(app.id, pattern, rule, conditions, actor);
    return new SuccessResponse(put.created ? 201 : 200, patternRule(put), { ETag: entityTag(put.version) });
  }

  @Delete(':type')
  @TakesNoQuery()
  @Needs('event-types:write')
  @Costs(1)
  @DocumentsPattern()
  @TakesIfMatch()
  @ApiOperation({ summary: 'Delete the rule for an event type or prefix', description: 'No event changes.' })
  @Responds(200, PatternRuleResponse, 'The rule that there was.')
  @Fails(eventTypeRuleNotFound, preconditionFailed)
  async deleteDisplayRule(
    @CurrentCaller() { app }: Caller,
    @RulePattern() pattern: string,
    @CurrentPreconditions() conditions: Preconditions,
    @CurrentActor() actor: Actor,
  ): Promise<PatternRuleResponse> {
    return patternRule(await this.eventTypes.delete(app.id, pattern, conditions, actor));
  }
}
