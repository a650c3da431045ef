import { context, trace } from '@opentelemetry/api';
import type { LoggerService } from '@nestjs/common';
import { type LogFn, pino } from 'pino';

/**
 * JSON lines on stdout, written synchronously so that the last lines before a crash are not lost. Every line has
 * the service, the instance, and the active trace and span. Never log tokens, passwords or bodies.
 */
export abstract class Logger {
  abstract readonly trace: LogFn;
  abstract readonly debug: LogFn;
  abstract readonly info: LogFn;
  abstract readonly warn: LogFn;
  abstract readonly error: LogFn;
  abstract readonly fatal: LogFn;
  abstract child(bindings: Record<string, unknown>): Logger;
}

const origin = { service: 'halftone', instance: String(process.pid) };

const root = pino({
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
  mixin: () => ({ ...origin, ...traceIds() }),
});

function traceIds(): Record<string, string> {
  const span = trace.getSpanContext(context.active());
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

const named = new Map<string, pino.Logger>();

/** The logger of a part of the program, one per name for the life of the process. */
export function logger(name: string): Logger {
  const known = named.get(name) ?? root.child({ logger: name });
  named.set(name, known);
  return known;
}

/** Sets the origin and level of every line, also for existing loggers. */
export function configureLog(settings: { service: string; instance: string; level: pino.LevelWithSilent }): void {
  Object.assign(origin, { service: settings.service, instance: settings.instance });
  for (const each of [root, ...named.values()]) each.level = settings.level;
}

/** Nest's own lines, through the same stream. Its start messages only matter for debugging. */
export class NestLog implements LoggerService {
  log = (message: unknown, ...rest: unknown[]) => this.write('debug', message, rest);
  debug = (message: unknown, ...rest: unknown[]) => this.write('debug', message, rest);
  verbose = (message: unknown, ...rest: unknown[]) => this.write('trace', message, rest);
  warn = (message: unknown, ...rest: unknown[]) => this.write('warn', message, rest);
  error = (message: unknown, ...rest: unknown[]) => this.write('error', message, rest);
  fatal = (message: unknown, ...rest: unknown[]) => this.write('fatal', message, rest);

  /** Nest passes the class as the last argument, and a stack before it. */
  private write(level: 'trace' | 'debug' | 'warn' | 'error' | 'fatal', message: unknown, rest: unknown[]): void {
    const from = rest.length > 0 ? String(rest.at(-1)) : 'Nest';
    const stack = rest.length > 1 && rest[0] !== undefined ? String(rest[0]) : undefined;
    const err = message instanceof Error ? message : undefined;
    logger('nest')[level](
      { context: from, ...(err && { err }), ...(stack && { stack }) },
      err?.message ?? String(message),
    );
  }
}
