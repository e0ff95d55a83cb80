import type { ServerResponse } from 'node:http';

import { toIsthmusError } from '@isthmus/model';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { Catch, HttpException, Inject } from '@nestjs/common';

import type { Runtime } from '../runtime.js';
import { RUNTIME } from '../runtime.js';
import type { Problem } from './problem.js';
import { problem, PROBLEM_TYPE } from './problem.js';

/** Something that a handler answers instead of a result. */
export class ProblemException extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** Makes a problem+json of everything that a handler throws; a stack trace never leaves the process. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(RUNTIME) private readonly runtime: Runtime) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const answer = this.problemOf(thrown);
    const response = host.switchToHttp().getResponse<ServerResponse>();
    response.writeHead(answer.status, { 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store' });
    response.end(JSON.stringify(answer));
  }

  private problemOf(thrown: unknown): Problem {
    if (thrown instanceof ProblemException) return thrown.problem;
    // The API is read-only and takes no input but paths: whatever is wrong with a request, there is nothing there.
    if (isClientError(thrown)) return problem(404, 'not-found', { detail: 'there is nothing at this path' });
    const { code, message } = toIsthmusError(thrown, 'answering a request');
    this.runtime.ports.logger.error('a request failed', { code, error: message });
    return problem(500, 'internal-error');
  }
}

function isClientError(thrown: unknown): boolean {
  if (thrown instanceof HttpException) return thrown.getStatus() < 500;
  const { status } = Object(thrown) as { readonly status?: unknown };
  return typeof status === 'number' && status >= 400 && status < 500;
}
