import type { DynamicModule } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';

import { FederationHost } from './federation-host.js';
import { FixedJobs } from './fixed-jobs.js';
import { ApiController } from './http/api.controller.js';
import { MetricsController } from './http/metrics.controller.js';
import { OpenapiController } from './http/openapi.controller.js';
import { ProbesController } from './http/probes.controller.js';
import { ProblemFilter } from './http/problem-filter.js';
import type { Runtime } from './runtime.js';
import { RUNTIME } from './runtime.js';

/** The hub as a Nest application around a runtime. */
@Module({})
export class AppModule {
  static forRoot(runtime: Runtime): DynamicModule {
    return {
      module: AppModule,
      imports: [ScheduleModule.forRoot()],
      controllers: [ProbesController, MetricsController, ApiController, OpenapiController],
      providers: [
        { provide: RUNTIME, useValue: runtime },
        { provide: APP_FILTER, useClass: ProblemFilter },
        FederationHost,
        FixedJobs,
      ],
    };
  }
}
