import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { WithoutKey } from '../platform/http/request/caller.ts';
import { TextResponse } from '../platform/http/response/text-response.ts';
import { Metrics } from './metrics.ts';

@Controller('metrics')
@ApiTags('Operations')
@WithoutKey()
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @ApiOperation({
    summary: 'How the service does, for Prometheus',
    description: 'METRICS_ENABLED=false takes it away.',
  })
  @ApiProduces('text/plain')
  @ApiResponse({
    status: 200,
    description: 'The text format of Prometheus.',
    content: { 'text/plain': { schema: { type: 'string' } } },
  })
  async getMetrics(): Promise<TextResponse> {
    return new TextResponse(await this.metrics.text(), this.metrics.registry.contentType);
  }
}
