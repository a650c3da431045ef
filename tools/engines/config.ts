/** What the environment decides about engines. Everything else of the tools takes it from here. */
import { join, resolve } from 'node:path';
import type { EngineName } from './run-state.ts';
import type { LocalWay } from './way.ts';

/** The project's folder. */
export const root = resolve(import.meta.dirname, '../..');

/** Where data, logs and downloads go. */
export const home = resolve(process.env['HALFTONE_HOME'] ?? join(root, '.halftone'));

/** What names an engine that somebody else runs. */
export const settingOf = { postgres: 'DATABASE_URL', kafka: 'KAFKA_BROKERS', redis: 'REDIS_URL' } as const;

export const givenUrls: Readonly<Record<EngineName, string | undefined>> = {
  postgres: process.env[settingOf.postgres] || undefined,
  kafka: process.env[settingOf.kafka] || undefined,
  redis: process.env[settingOf.redis] || undefined,
};

/** HALFTONE_ENGINES=docker|path|packages: take engines in this way only. */
export const forcedWay = process.env['HALFTONE_ENGINES'] as LocalWay | undefined;

export const kafkaHome = process.env['KAFKA_HOME'];
export const javaHome = process.env['JAVA_HOME'];
export const searchPath = (process.env['PATH'] ?? '').split(':').filter(Boolean);

/** For child processes. */
export const environment: Readonly<Record<string, string | undefined>> = process.env;
