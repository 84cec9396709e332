import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Fails, Responds } from '../platform/http/docs/api-docs.ts';
import { WithoutKey } from '../platform/http/request/caller.ts';
import { storageUnavailable } from '../platform/postgres/storage-unavailable.ts';
import { Readiness } from './readiness.ts';

export class HealthResponse {
  @ApiProperty({ enum: ['ok'] })
  status: 'ok';
}

@Controller('health')
@ApiTags('Operations')
@WithoutKey()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @ApiOperation({ summary: 'Is the process alive?', description: 'Never touches the database.' })
  @Responds(200, HealthResponse, 'It is.')
  getLiveness(): HealthResponse {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({
    summary: 'Should requests be sent here?',
    description:
      'The database responds within a second, its schema is up to date, its sessions have the settings that they must ' +
      'have, and the service is not shutting down.',
  })
  @Responds(200, HealthResponse, 'They should.')
  @Fails(storageUnavailable)
  async getReadiness(): Promise<HealthResponse> {
    await this.readiness.require();
    return { status: 'ok' };
  }
}
