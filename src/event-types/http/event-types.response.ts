import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import type { AllFields } from '../../../libs/kernel/all-fields.ts';
import { eachInTurns } from '../../../libs/kernel/time-slice.ts';
import { instantFromMillis } from '../../../libs/time/instant.ts';
import { encodeJson, type Encodable } from '../../platform/http/response/encode-json.ts';
import type { EventTypesPage, VersionedRule } from '../application/event-types.ts';
import type { CompiledRules } from '../domain/compiled-rules.ts';
import { type Display, type DisplayRule, type Severity } from '../domain/display-rule.ts';
import type { RuleTexts } from '../domain/rule-set.ts';
import { DisplayRuleRequest, FieldRuleRequest, SEVERITY } from '../input/display-rule.request.ts';
import { cursorOf } from './event-types.query.ts';

const NULLABLE_TEXT = { type: 'string', nullable: true } as const;

/** What holds for a type, field by field: of the most exact rule that says something, or the built-in one. */
export class EffectiveRuleResponse {
  @ApiProperty({ description: 'A template, or the built-in title as it is.', example: 'Order {payload.id}' })
  title: string;

  @ApiProperty(SEVERITY)
  severity: Severity;

  @ApiProperty(NULLABLE_TEXT)
  icon: string | null;

  @ApiProperty({ ...NULLABLE_TEXT, description: 'A template.' })
  url: string | null;

  @ApiProperty()
  quiet: boolean;

  @ApiProperty()
  hidden: boolean;

  @ApiProperty({ type: [FieldRuleRequest] })
  fields: DisplayRule['fields'] & object;

  @ApiProperty({ type: [String] })
  mask: readonly string[];

  @ApiProperty(NULLABLE_TEXT)
  description: string | null;
}

export class EventTypeResponse {
  @ApiProperty({ example: 'order.placed' })
  type: string;

  @ApiProperty({
    format: 'date-time',
    description: 'When the service first recorded an event of this type; not when that had happened.',
    example: '2026-04-18T10:00:00Z',
  })
  firstSeenAt: string;

  @ApiProperty({ type: DisplayRuleRequest, nullable: true, description: 'The rule of exactly this type; null: none.' })
  rule: DisplayRule | null;

  @ApiProperty({ type: EffectiveRuleResponse })
  display: EffectiveRuleResponse;
}

export class PatternRuleResponse {
  @ApiProperty({ description: 'A type, the beginning of types such as `order.*`, or `*`.', example: 'order.placed' })
  pattern: string;

  @ApiProperty({ type: DisplayRuleRequest })
  rule: DisplayRule;
}

export class EventTypesResponse {
  @ApiProperty({ type: [EventTypeResponse], description: 'By name, at most 500 a page.' })
  types: EventTypeResponse[];

  @ApiProperty({
    type: [PatternRuleResponse],
    required: false,
    description: 'All rules, by pattern, also those for types that were never seen. On the first page only.',
  })
  rules?: PatternRuleResponse[];

  @ApiProperty({ description: 'The app has had more types than the 5,000 that are kept.' })
  more: boolean;

  @ApiProperty({ ...NULLABLE_TEXT, description: 'Give it as `cursor` for the next page; null at the end.' })
  nextCursor: string | null;
}

export class RuleSetResponse {
  @ApiProperty({ type: [PatternRuleResponse] })
  rules: PatternRuleResponse[];

  @ApiProperty({ type: [String], description: 'Patterns that had no rule before.' })
  added: readonly string[];

  @ApiProperty({ type: [String], description: 'Patterns whose rule is another one now.' })
  changed: readonly string[];

  @ApiProperty({ type: [String], description: 'Patterns that have no rule any more.' })
  removed: readonly string[];
}

export class DisplayedFieldResponse {
  @ApiProperty({ example: 'Total' })
  label: string;

  @ApiProperty({ example: '€99.90' })
  value: string;
}

/** How an event is displayed. All texts are plain: one line, without control or bidirectional characters. */
@ApiSchema({ name: 'DisplayPreview' })
export class DisplayResponse {
  @ApiProperty({ maxLength: 200, example: 'Order 1042: €99.90' })
  title: string;

  @ApiProperty(SEVERITY)
  severity: Severity;

  @ApiProperty(NULLABLE_TEXT)
  icon: string | null;

  @ApiProperty({ ...NULLABLE_TEXT, description: 'null: no link, or a value of it is missing.' })
  url: string | null;

  @ApiProperty({ type: [DisplayedFieldResponse] })
  fields: Display['fields'];

  @ApiProperty()
  quiet: boolean;

  @ApiProperty()
  hidden: boolean;
}

/** In turns with everything else: a page may have 500 types and 5,000 rules. */
export async function eventTypesResponse(
  page: EventTypesPage,
  isFirst: boolean,
): Promise<Encodable<AllFields<EventTypesResponse>>> {
  const { texts } = page.rules;
  const types: JsonText[] = [];
  await eachInTurns(page.types, ({ type, firstSeenAt }) => {
    const text = texts.get(type);
    const shown: Encodable<AllFields<EventTypeResponse>> = {
      type,
      firstSeenAt: instantFromMillis(firstSeenAt),
      rule: text === undefined ? null : new JsonText(text),
      display: effectiveRule(page.compiled, type),
    };
    types.push(new JsonText(encodeJson(shown)));
  });
  return {
    types,
    rules: isFirst ? await ruleList(texts) : undefined,
    more: page.hadMore,
    nextCursor: page.next === null ? null : cursorOf(page.next),
  };
}

/** As {@link PatternRuleResponse}s, in turns with everything else. */
export async function ruleList(texts: RuleTexts): Promise<JsonText> {
  const items: string[] = [];
  await eachInTurns(texts, ([pattern, text]) => items.push(`{"pattern":${JSON.stringify(pattern)},"rule":${text}}`));
  return new JsonText(`[${items.join(',')}]`);
}

export const patternRule = ({ pattern, rule }: VersionedRule): PatternRuleResponse => ({ pattern, rule });

function effectiveRule(compiled: CompiledRules, type: string): AllFields<EffectiveRuleResponse> {
  const { title, url, fields, mask, description } = compiled.effective(type);
  const { severity, icon, quiet, hidden } = compiled.ofType(type);
  return {
    title: title ?? compiled.titleOfType(type),
    severity,
    icon,
    url: url ?? null,
    quiet,
    hidden,
    fields: fields ?? [],
    mask: mask ?? [],
    description: description ?? null,
  };
}
