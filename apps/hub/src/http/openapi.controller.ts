import { Controller, Get, Inject } from '@nestjs/common';

import type { Runtime } from '../runtime.js';
import { RUNTIME } from '../runtime.js';
import { openapiDocument } from './openapi.js';

/** What the hub answers, for tools that make clients or pages of it. */
@Controller('api')
export class OpenapiController {
  constructor(@Inject(RUNTIME) private readonly runtime: Runtime) {}

  @Get('openapi.json')
  document(): object {
    return openapiDocument(this.runtime.version);
  }
}
