/** The process: how every service is configured, starts, listens, tells about itself and stops. */
import 'reflect-metadata';

export {
  type CallContext,
  currentCall,
  type Principal,
  remainingMs,
  requirePrincipal,
  runInCall,
} from './call-context';
export {
  ConfigInvalid,
  type ConfigOf,
  type ConfigProblem,
  describeConfig,
  type Environment,
  parseConfig,
  type SettingRow,
} from './config';
export { failpoint } from './failpoint';
export { Lifecycle, type StartStage, type StopStage, Unstartable } from './lifecycle';
export { Logger, logger } from './log';
export { counter, gauge, histogram } from './metrics';
export { domainErrorOf, type Problem, problemOf, problemType } from './problem';
export { runService } from './run-service';
export { defineService, type HttpOptions, type ServiceDefinition } from './service-definition';
export { ServiceHost } from './service.module';
export { port, serviceSettings } from './settings';
export { type RunningService, startService } from './start-service';
export { callerOf, verifyToken } from './token';
export { contextOf, failSpan, startSpan, traceparent, withSpan, withTraceparent } from './tracing';
export { validationError } from './validation';
