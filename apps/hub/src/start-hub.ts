import 'reflect-metadata';

import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';

import { AppModule } from './app.module.js';
import { FixedJobs } from './fixed-jobs.js';
import { countRequests } from './http/request-metrics.js';
import { nestLogger } from './nest-logger.js';
import type { Runtime } from './runtime.js';

/** A hub that runs. */
export interface RunningHub {
  /** Where it answers: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Reads the configuration and the kubeconfigs again, as it does every 10 s by itself; resolves when what changed is taken up. */
  reload(): Promise<void>;
  /** Stops all work, closes every connection, and resolves when nothing is left. */
  close(): Promise<void>;
}

/** Starts the application; rejects when it cannot listen. */
export async function startHub(runtime: Runtime): Promise<RunningHub> {
  const { config, ports, version } = runtime;
  const { logger, metrics } = ports;
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(runtime), {
    logger: nestLogger(logger),
    forceCloseConnections: true,
    abortOnError: false,
    bodyParser: false,
  });
  app.disable('x-powered-by');
  app.use(countRequests(ports));
  metrics.set('isthmus_build_info', 1, { version, revision: 'unknown', node_version: process.versions.node });
  const { host, port } = config.current.hub.http;
  try {
    await app.listen(port, host);
  } catch (cause) {
    await app.close();
    throw new Error(`cannot listen on ${host}:${port}: ${messageOf(cause)} → set hub.http`, { cause });
  }
  const url = await app.getUrl();
  logger.info('hub started', { url, version, hub: config.current.hub.name });
  return {
    url,
    reload: () => app.get(FixedJobs).reload(),
    close: async () => {
      await app.close();
      logger.info('hub stopped', { hub: config.current.hub.name });
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
