import { Controller, Get, Header } from '@nestjs/common';

import { FederationHost } from '../federation-host.js';
import { ProblemException } from './problem-filter.js';
import { problem } from './problem.js';

/** What Kubernetes asks. Liveness never looks at AWS, stores or clusters: an outage there must not restart the hub. */
@Controller()
export class ProbesController {
  constructor(private readonly host: FederationHost) {}

  /** Answers as long as the event loop runs. */
  @Get('livez')
  @Header('cache-control', 'no-store')
  livez(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  /** 503 with the reasons until every source has ended its first poll, or 30 s have passed. */
  @Get('readyz')
  @Header('cache-control', 'no-store')
  readyz(): { readonly status: 'ready' } {
    const reasons = this.host.federation?.unreadyReasons() ?? ['the hub is starting'];
    if (reasons.length > 0) throw new ProblemException(problem(503, 'not-ready', { reasons }));
    return { status: 'ready' };
  }
}
