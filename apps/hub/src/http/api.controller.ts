import type { HubStatus } from '@isthmus/model';
import type { Federation } from '@isthmus/federation';
import { Controller, Get, Header, Param } from '@nestjs/common';

import { FederationHost } from '../federation-host.js';
import type { PlanView } from './plan-view.js';
import { viewPlan } from './plan-view.js';
import { ProblemException } from './problem-filter.js';
import { problem } from './problem.js';

/** What people and scripts ask; read-only. */
@Controller('api/v1')
export class ApiController {
  constructor(private readonly host: FederationHost) {}

  @Get('status')
  @Header('cache-control', 'no-store')
  status(): HubStatus {
    return this.federation().status();
  }

  @Get('clusters/:name/plan')
  @Header('cache-control', 'no-store')
  plan(@Param('name') name: string): PlanView {
    const found = this.federation().plan(name);
    if (found.ok) return viewPlan(found.value);
    throw new ProblemException(
      found.error === 'unknown-cluster'
        ? problem(404, 'not-found', { detail: 'no cluster of this name is configured' })
        : problem(503, 'not-ready', {
            detail: 'nothing was planned for this cluster yet: see its error in the status',
          }),
    );
  }

  private federation(): Federation {
    const { federation } = this.host;
    if (federation === undefined) throw new ProblemException(problem(503, 'not-ready'));
    return federation;
  }
}
