import type { ServerResponse } from 'node:http';

import { Controller, Get, Inject, Res } from '@nestjs/common';

import type { Runtime } from '../runtime.js';
import { RUNTIME } from '../runtime.js';

/** What Prometheus scrapes. */
@Controller()
export class MetricsController {
  constructor(@Inject(RUNTIME) private readonly runtime: Runtime) {}

  @Get('metrics')
  async metrics(@Res({ passthrough: true }) response: ServerResponse): Promise<string> {
    const { metricsPage } = this.runtime;
    response.setHeader('content-type', metricsPage.contentType);
    return metricsPage.render();
  }
}
