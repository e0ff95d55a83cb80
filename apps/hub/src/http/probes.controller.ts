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

  /** Whether this replica may be counted on, to lead or to take over; 503 with the reasons when not. */
  @Get('readyz')
  @Header('cache-control', 'no-store')
  readyz(): { readonly status: 'ready'; readonly role: 'leader' | 'standby' } {
    const { replica } = this.host;
    const reasons = replica?.unreadyReasons() ?? ['the hub is starting'];
    if (reasons.length > 0) throw new ProblemException(problem(503, 'not-ready', { reasons }));
    return { status: 'ready', role: replica?.federation === undefined ? 'standby' : 'leader' };
  }
}
