/** Reads the settings of engines from the environment, for all tools. */
import { join, resolve } from 'node:path';

/** The project's folder. */
export const root = resolve(import.meta.dirname, '../..');

/** Where downloads and the stamps of builds go, and unless `moveHome` says otherwise also data and logs. */
export const programHome = resolve(process.env['HALFTONE_HOME'] ?? join(root, '.halftone'));

/** Where the engines of integration tests have their data. */
export const testHome = join(programHome, 'test');

/** Where the data and logs of this command's system are. */
export let home = programHome;

/** The variables with the URL of an engine that somebody else runs. */
export const settingOf = { postgres: 'DATABASE_URL', kafka: 'KAFKA_BROKERS', redis: 'REDIS_URL' } as const;

type Given = Readonly<Record<keyof typeof settingOf, string | undefined>>;

const fromEnvironment: Given = {
  postgres: process.env[settingOf.postgres] || undefined,
  kafka: process.env[settingOf.kafka] || undefined,
  redis: process.env[settingOf.redis] || undefined,
};

export let givenUrls = fromEnvironment;

/**
 * From now on this command's system is another one: with data of its own, and engines of its own whatever the environment names.
 * Without a folder it is the usual one again.
 */
export function moveHome(folder?: string): void {
  home = folder ?? programHome;
  givenUrls = folder ? { postgres: undefined, kafka: undefined, redis: undefined } : fromEnvironment;
}

/** HALFTONE_ENGINES=docker|path|packages: take engines in this way only. */
export const forcedWay = process.env['HALFTONE_ENGINES'];

export const kafkaHome = process.env['KAFKA_HOME'];
export const javaHome = process.env['JAVA_HOME'];
export const searchPath = (process.env['PATH'] ?? '').split(':').filter(Boolean);

/** For child processes. */
export const environment: Readonly<Record<string, string | undefined>> = process.env;
