import type { HubStatus, Result } from '@isthmus/model';
import type {
  ClusterComponents,
  Federation,
  HostExplanation,
  PlanView,
  Replica,
  UnknownHost,
} from '@isthmus/federation';
import { viewPlan } from '@isthmus/federation';
import { Controller, Get, Header, Param } from '@nestjs/common';

import { FederationHost } from '../federation-host.js';
import { ProblemException } from './problem-filter.js';
import type { Problem } from './problem.js';
import { problem } from './problem.js';

/** What people and scripts ask; read-only. */
@Controller('api/v1')
export class ApiController {
  constructor(private readonly host: FederationHost) {}

  @Get('status')
  @Header('cache-control', 'no-store')
  status(): HubStatus {
    return this.replica().status();
  }

  @Get('clusters/:name/plan')
  @Header('cache-control', 'no-store')
  plan(@Param('name') name: string): PlanView {
    return viewPlan(ofCluster(this.federation().plan(name)));
  }

  /** Which Cloud Map services stand on the hub's objects: what `isthmus validate --server` compares a configuration with. */
  @Get('clusters/:name/components')
  @Header('cache-control', 'no-store')
  components(@Param('name') name: string): ClusterComponents {
    return ofCluster(this.federation().components(name));
  }

  @Get('hosts/:host')
  @Header('cache-control', 'no-store')
  hostExplanation(@Param('host') host: string): HostExplanation {
    const explained = this.federation().explain(host);
    if (explained.ok) return explained.value;
    throw new ProblemException(unknownHost(explained.error));
  }

  private replica(): Replica {
    const { replica } = this.host;
    if (replica === undefined) throw new ProblemException(problem(503, 'not-ready'));
    return replica;
  }

  /** Only the leader decides anything. */
  private federation(): Federation {
    const replica = this.replica();
    const { holder } = replica.leader();
    const detail = `this replica stands by; ask the leader${holder === '' ? ', which is not known yet' : `, ${holder}`}`;
    if (replica.federation === undefined) throw new ProblemException(problem(503, 'not-ready', { detail }));
    return replica.federation;
  }
}

function ofCluster<T>(found: Result<T, 'unknown-cluster' | 'not-planned'>): T {
  if (found.ok) return found.value;
  throw new ProblemException(
    found.error === 'unknown-cluster'
      ? problem(404, 'not-found', { detail: 'no cluster of this name is configured' })
      : problem(503, 'not-ready', { detail: 'nothing was planned for this cluster yet: see its error in the status' }),
  );
}

/** Longest legal host: a longer one is not repeated in an answer. */
const LONGEST_HOST = 253;

function unknownHost({ host, near, refused }: UnknownHost): Problem {
  const hint = near.length === 0 ? '' : `; near are ${near.join(', ')}`;
  return problem(404, 'not-found', {
    detail: `no service and no ServiceEntry has the host ${host.slice(0, LONGEST_HOST)}${hint}`,
    near,
    refused,
  });
}
