import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { SEVERITIES, type DisplayRule, type FieldRule, type Severity } from '../domain/display-rule.ts';
import { ICONS } from '../domain/icons.ts';
import { MAX_TITLE_TEMPLATE_LENGTH, MAX_URL_TEMPLATE_LENGTH } from '../domain/template.ts';
import { MAX_DESCRIPTION_LENGTH, MAX_FIELDS, MAX_LABEL_LENGTH, MAX_MASKS } from './display-rule.ts';

/** How serious an event is. */
export const SEVERITY = {
  enum: [...SEVERITIES],
  enumName: 'Severity',
  enumSchema: { description: 'How serious an event is.' },
} satisfies ApiPropertyOptions;

const OPTIONAL = { required: false, nullable: true } as const;

export class FieldRuleRequest implements Record<keyof FieldRule, unknown> {
  @ApiProperty({ minLength: 1, maxLength: MAX_LABEL_LENGTH, example: 'Total' })
  label: string;

  @ApiProperty({ description: 'Where the value is, such as `payload.lines[0].sku`.', example: 'payload.total' })
  path: string;

  @ApiProperty({
    ...OPTIONAL,
    type: 'string',
    description: 'How it is written: `money(path of the currency)`, `cents(path of the currency)` or `date`.',
    example: 'money(payload.currency)',
  })
  as: string | null;
}

/** A rule as it is sent in. {@link readDisplayRule} reads it; this documents it. */
export class DisplayRuleRequest implements Record<keyof DisplayRule, unknown> {
  @ApiProperty({
    ...OPTIONAL,
    type: 'string',
    maxLength: MAX_TITLE_TEMPLATE_LENGTH,
    description:
      'A template with at most 10 places: `{path}`, `{path|fallback}`, `{path:money(path of the currency)}`, ' +
      '`{path:cents(path of the currency)}`, `{path:date}`; `{{` and `}}` are braces. A path begins with `payload.`, or is ' +
      '`customer.name`, `type` or `occurredAt`.',
    example: 'Order {payload.id}: {payload.total:money(payload.currency)}',
  })
  title: string | null;

  @ApiProperty({ ...OPTIONAL, ...SEVERITY })
  severity: Severity | null;

  @ApiProperty({ ...OPTIONAL, enum: ICONS })
  icon: string | null;

  @ApiProperty({
    ...OPTIONAL,
    type: 'string',
    maxLength: MAX_URL_TEMPLATE_LENGTH,
    description: 'A template whose scheme and host are literal, http or https.',
    example: 'https://shop.example/orders/{payload.id}',
  })
  url: string | null;

  @ApiProperty({ ...OPTIONAL, type: 'boolean', description: 'Of little interest: it gives way first.' })
  quiet: boolean | null;

  @ApiProperty({ ...OPTIONAL, type: 'boolean', description: 'Not shown at all unless it is asked for.' })
  hidden: boolean | null;

  @ApiProperty({ ...OPTIONAL, type: [FieldRuleRequest], maxItems: MAX_FIELDS })
  fields: FieldRuleRequest[] | null;

  @ApiProperty({
    ...OPTIONAL,
    type: [String],
    maxItems: MAX_MASKS,
    description: 'JSON pointers (RFC 6901) of what of a payload is masked where people read it.',
    example: ['/card/number'],
  })
  mask: string[] | null;

  @ApiProperty({ ...OPTIONAL, type: 'string', maxLength: MAX_DESCRIPTION_LENGTH })
  description: string | null;
}

export class PatternRuleRequest {
  @ApiProperty({ description: 'A type, the beginning of types such as `order.*`, or `*`.', example: 'order.placed' })
  pattern: string;

  @ApiProperty({ type: DisplayRuleRequest })
  rule: DisplayRuleRequest;
}

/** All rules of an app as they are sent in. */
export class RuleSetRequest {
  @ApiProperty({ type: [PatternRuleRequest], description: 'All of them: what is not in the list goes. At most 5,000.' })
  rules: PatternRuleRequest[];
}
