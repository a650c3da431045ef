/** The process: how every service is configured, starts, listens, tells about itself and stops. */
import 'reflect-metadata';

export { SpanKind } from '@opentelemetry/api';
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
export { sharesPort } from './cluster-worker';
export { Complaint, reasonOf } from './complaint';
export { failpoint } from './failpoint';
export { Lifecycle, type StartStage, type StopStage, Unstartable } from './lifecycle';
export { Logger, logger } from './log';
export {
  counter,
  exemplarHistogram,
  type ExemplarHistogram,
  gauge,
  histogram,
  journeySeconds,
  renderMetrics,
  sampledGauge,
  stopwatch,
} from './metrics';
export { planted, type PlantedBug } from './planted';
export { domainErrorOf, type Problem, problemOf, problemType } from './problem';
export { runProcesses } from './run-processes';
export { runService } from './run-service';
export { defineService, type HttpOptions, type ServiceDefinition } from './service-definition';
export { ServiceHost } from './service.module';
export { commaList, isHostAndPort, port, serverUrl, serviceSettings } from './settings';
export { isPrivateKey, privateKeyOf } from './signing-key';
export { type RunningService, startService } from './start-service';
export { callerOf, verifyToken } from './token';
export {
  contextOf,
  failSpan,
  isRecorded,
  startSpan,
  traceparent,
  traceparentOf,
  withSpan,
  withTraceparent,
} from './tracing';
export { validationError } from './validation';
