import type { DynamicModule, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { z } from 'zod';
import type { BodyRules } from './body-admission';
import type { BodyTimeout } from './body-timeout';
import { ConfigInvalid, type ConfigOf, type ConfigProblem, type Environment, parseConfig } from './config';
import type { Accepts } from './edge-rules';

export interface HttpOptions {
  /** The largest body in bytes that is read into memory; 1 MiB by default. */
  bodyLimit?: number;
  /** How long a client may delay the rest of a body; body-timeout.ts has the default. */
  bodyTimeout?: BodyTimeout;
  /** The media types of routes, by path; JSON for all others. */
  accepts?: Accepts;
  /** Whose bodies are read, by route. Absent means anybody's, for services that only other services can reach. */
  bodies?: BodyRules;
  /** The largest body in bytes of a caller without a token, where `bodies` has a rule. */
  anonymousBody?: number;
}

/** One object describes a process: `main.ts` runs it, a test boots it. */
export interface ServiceDefinition<S extends z.ZodRawShape = z.ZodRawShape> {
  /** The name in logs, traces and metrics. */
  name: string;
  /**
   * One zod type per environment variable, with a description. Secrets have `.meta({ secret: true })` and no default.
   */
  settings: S;
  http?: HttpOptions;
  /** Rules about several settings together; the process does not start while there is a problem. */
  check?(config: ConfigOf<S>): readonly ConfigProblem[];
  /** The root Nest module. */
  module(config: ConfigOf<S>): DynamicModule | Type;
  /** Set-up that needs the application, after it is created and before it listens: plugins, content type parsers. */
  start?(app: NestFastifyApplication, config: ConfigOf<S>): Promise<void> | void;
}

/** Does nothing at run time; it lets the compiler infer `config` from `settings`. */
export const defineService = <S extends z.ZodRawShape>(definition: ServiceDefinition<S>): ServiceDefinition<S> =>
  definition;

/** The settings of a service from its environment. Throws ConfigInvalid. */
export function configOf<S extends z.ZodRawShape>(
  { settings, check }: Pick<ServiceDefinition<S>, 'settings' | 'check'>,
  env: Environment,
): ConfigOf<S> {
  const config = parseConfig(settings, env);
  const problems = check?.(config) ?? [];
  if (problems.length > 0) throw new ConfigInvalid(problems);
  return config;
}
