import type { DynamicModule, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { z } from 'zod';
import type { ConfigOf } from './config';

export interface HttpOptions {
  /** Largest body in bytes that a parser reads into memory; 1 MiB when absent. */
  bodyLimit?: number;
}

/** One object describes a process: `main.ts` runs it, a test boots it. */
export interface ServiceDefinition<S extends z.ZodRawShape = z.ZodRawShape> {
  /** What logs, traces and metrics call it. */
  name: string;
  /** A zod type per environment variable, described; secrets carry `.meta({ secret: true })` and no default. */
  settings: S;
  http?: HttpOptions;
  /** The root Nest module. */
  module(config: ConfigOf<S>): DynamicModule | Type;
  /** Wiring that needs the application, after it is made and before it listens: plugins, content type parsers. */
  start?(app: NestFastifyApplication, config: ConfigOf<S>): Promise<void> | void;
}

/** Says nothing at run time; it lets the compiler infer `config` from `settings`. */
export const defineService = <S extends z.ZodRawShape>(definition: ServiceDefinition<S>): ServiceDefinition<S> =>
  definition;
