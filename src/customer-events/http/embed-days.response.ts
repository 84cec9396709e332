import { ApiProperty } from '@nestjs/swagger';

export class EmbedDayResponse {
  @ApiProperty({ format: 'date', description: 'In the time zone that was asked for.', example: '2026-04-20' })
  day: string;

  @ApiProperty({ type: 'integer', minimum: 1, example: 14 })
  count: number;
}

export class EmbedDaysResponse {
  @ApiProperty({ type: [EmbedDayResponse], description: 'Only days with events, the newest first.' })
  days: EmbedDayResponse[];
}
