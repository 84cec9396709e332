import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { encodedMembers } from '../../../libs/json-payload/encoded-members.ts';
import type { JsonText } from '../../../libs/json-payload/json-text.ts';
import type { EventDisplay } from '../domain/event-display.ts';

/** How serious an event is. */
export const SEVERITY = {
  enum: ['info', 'success', 'warning', 'error'],
  enumName: 'Severity',
  enumSchema: { description: 'How serious an event is.' },
} satisfies ApiPropertyOptions;

export class DisplayFieldResponse {
  @ApiProperty({ example: 'Total' })
  label: string;

  @ApiProperty({ example: '€99.90' })
  value: string;
}

export class EventDisplayResponse {
  @ApiProperty({ description: 'One line of plain text.', example: 'Order 1042 placed' })
  title: string;

  @ApiProperty({ ...SEVERITY, example: 'info' })
  severity: EventDisplay['severity'];

  @ApiProperty({ type: 'string', nullable: true, description: 'The name of an icon.', example: 'shopping-cart' })
  icon: string | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'An http or https link; null: none.',
    example: 'https://shop.example/orders/1042',
  })
  url: string | null;

  @ApiProperty({ type: [DisplayFieldResponse] })
  fields: DisplayFieldResponse[];

  @ApiProperty({ description: 'Of little interest.', example: false })
  quiet: boolean;

  @ApiProperty({ description: 'Not to be shown unless it is asked for.', example: false })
  hidden: boolean;
}

const encodedDisplay = encodedMembers<EventDisplayResponse>();

/** The JSON of a display, written member by member as the event around it is. */
export function eventDisplayResponse(display: EventDisplay): JsonText {
  const { title, severity, icon, url, fields, quiet, hidden } = display;
  const what = `"title":${JSON.stringify(title)},"severity":"${severity}"` as const;
  const where = `"icon":${JSON.stringify(icon)},"url":${JSON.stringify(url)}` as const;
  const lines = fields.map(({ label, value }) => `{"label":${JSON.stringify(label)},"value":${JSON.stringify(value)}}`);
  return encodedDisplay(`{${what},${where},"fields":[${lines.join(',')}],"quiet":${quiet},"hidden":${hidden}}`);
}
