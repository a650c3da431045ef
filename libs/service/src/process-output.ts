import { formatWithOptions } from 'node:util';
import { logger } from './log';

const levels = { debug: 'debug', trace: 'debug', log: 'info', info: 'info', warn: 'warn', error: 'error' } as const;
type Method = keyof typeof levels;

/**
 * From now on every line that the process writes is a log line, also warnings of Node and console output of
 * libraries. Call it first, and in real processes only: a test that boots a service keeps its own console.
 */
export function logAllOutput(): void {
  // Node prints warnings in its own listener.
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message, stack }) => {
    logger('process').warn({ stack }, `${name}: ${message}`);
  });
  for (const [method, level] of Object.entries(levels) as [Method, (typeof levels)[Method]][])
    console[method] = (...words: unknown[]) => logger('console')[level](formatWithOptions({ colors: false }, ...words));
}
