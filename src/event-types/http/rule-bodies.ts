import { Inject, Injectable, Param, type PipeTransform } from '@nestjs/common';
import type { Request } from 'express';
import { HTTP_LIMITS, type HttpLimits } from '../../platform/http/request/http-limits.ts';
import { readJsonText } from '../../platform/http/request/read-body.ts';
import { ThisRequest } from '../../platform/http/request/this-request.ts';
import { MAX_BODY_OVERHEAD_BYTES } from '../../platform/input/free-form-limits.ts';
import { parseJson } from '../../platform/input/parse-json.ts';
import { parseKnownFields } from '../../platform/input/repeated-fields.ts';
import type { DisplayRule } from '../domain/display-rule.ts';
import { MAX_RULES_BYTES } from '../domain/rule-set.ts';
import { readDisplayRule, requireRulePattern } from '../input/display-rule.ts';
import { maxPreviewBytes, readEventPreview, type EventPreview } from '../input/event-preview.request.ts';
import { readRuleSet } from '../input/rule-set.request.ts';

/** A rule holds templates and no free-form values, so it is read from what `JSON.parse` makes of a body without repeated fields. */
@Injectable()
class RuleBodyPipe implements PipeTransform<Request, Promise<DisplayRule>> {
  async transform(request: Request): Promise<DisplayRule> {
    return readDisplayRule(parseKnownFields(await readJsonText(request, MAX_BODY_OVERHEAD_BYTES)), 'body');
  }
}

@Injectable()
class RuleSetBodyPipe implements PipeTransform<Request, Promise<ReadonlyMap<string, DisplayRule>>> {
  async transform(request: Request): Promise<ReadonlyMap<string, DisplayRule>> {
    return readRuleSet(await readJsonText(request, MAX_RULES_BYTES));
  }
}

/** The payload of an event stays the text that it is: numbers are shown digit for digit. */
@Injectable()
class PreviewBodyPipe implements PipeTransform<Request, Promise<EventPreview>> {
  constructor(@Inject(HTTP_LIMITS) private readonly limits: HttpLimits) {}

  async transform(request: Request): Promise<EventPreview> {
    const text = await readJsonText(request, maxPreviewBytes(this.limits));
    return readEventPreview({ name: 'body', value: parseJson(text), text, start: 0, end: text.length }, this.limits);
  }
}

class RulePatternPipe implements PipeTransform<string, string> {
  transform(value: string): string {
    return requireRulePattern(value);
  }
}

/** See docs/decisions/0020-what-of-nest-is-used.md: no body parser has been there. */
export const RuleBody = (): ParameterDecorator => ThisRequest(RuleBodyPipe);
export const RuleSetBody = (): ParameterDecorator => ThisRequest(RuleSetBodyPipe);
export const PreviewBody = (): ParameterDecorator => ThisRequest(PreviewBodyPipe);
export const RulePattern = (): ParameterDecorator => Param('type', RulePatternPipe);
