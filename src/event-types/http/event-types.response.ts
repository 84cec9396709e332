import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { AllFields } from '../../../libs/kernel/all-fields.ts';
import { instantFromMillis } from '../../../libs/time/instant.ts';
import type { EventTypesPage, VersionedRule } from '../application/event-types.ts';
import type { CompiledRules } from '../domain/compiled-rules.ts';
import { type Display, type DisplayRule, type Severity } from '../domain/display-rule.ts';
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

export function eventTypesResponse(page: EventTypesPage, isFirst: boolean): AllFields<EventTypesResponse> {
  const { rules } = page.rules;
  return {
    types: page.types.map(({ type, firstSeenAt }) => ({
      type,
      firstSeenAt: instantFromMillis(firstSeenAt),
      rule: rules.get(type) ?? null,
      display: effectiveRule(page.compiled, type),
    })),
    rules: isFirst ? ruleList(rules) : undefined,
    more: page.hadMore,
    nextCursor: page.next === null ? null : cursorOf(page.next),
  };
}

export const ruleList = (rules: ReadonlyMap<string, DisplayRule>): PatternRuleResponse[] =>
  [...rules].map(([pattern, rule]) => ({ pattern, rule }));

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
