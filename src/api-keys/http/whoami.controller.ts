import { Get } from '@nestjs/common';
import { ApiOperation, ApiProperty } from '@nestjs/swagger';
import { Responds, ServerController } from '../../platform/http/docs/api-docs.ts';
import { Costs } from '../../platform/http/rate-limit/costs.ts';
import { CurrentCaller, type Caller } from '../../platform/http/request/caller.ts';
import { Needs } from '../../platform/http/request/needs.ts';

export class WhoamiResponse {
  @ApiProperty({ example: 'cmn1c0d2e0000r8ta5x7y3z9b' })
  appId: string;

  @ApiProperty({ example: 'acme' })
  slug: string;

  @ApiProperty({ example: 'Acme' })
  name: string;

  @ApiProperty({ enum: ['agent'] })
  keyType: string;
}

@ServerController('auth/whoami', 'Authentication')
export class WhoamiController {
  @Get()
  @Needs('any key')
  @Costs(1)
  @ApiOperation({
    summary: 'Whose key is this?',
    description: 'Shows that a key is accepted, without reading or changing anything.',
  })
  @Responds(200, WhoamiResponse, 'The app that the key belongs to.')
  whoami(@CurrentCaller() { app, keyType }: Caller): WhoamiResponse {
    return { appId: app.id, slug: app.slug, name: app.name, keyType };
  }
}
