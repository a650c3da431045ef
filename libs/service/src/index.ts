/** The process: how every service is configured, starts, listens, reports and stops. */
import 'reflect-metadata';

export { limitBodies } from './body-timeout';
export { answerUnsupportedRequests, answerParserError } from './edge-rules';
export { BoundedCache } from './bounded-cache';
export {
  type CallContext,
  currentCall,
  type Principal,
  remainingMs,
  requirePrincipal,
  runInCall,
} from './call-context';
export { callerLimitSettings, callerWriteSettings, limitCallers } from './caller-limit';
export { addressOf } from './client-address';
export { type ConfigOf, type ConfigProblem, describeConfig } from './config';
export { limitConnections } from './connection-limits';
export { ReadRate } from './read-rate';
export { sharesPort } from './cluster-worker';
export { LogThrottle, reasonOf } from './log-throttle';
export { allowOrigins, setCorsHeaders, originSettings } from './cors';
export { failpoint } from './failpoint';
export { endToEnd } from './hop-by-hop';
export { fields } from './fields';
export { Lifecycle, CannotStart } from './lifecycle';
export { part, startAndStop, type StartAndStopList } from './start-and-stop';
export { logger } from './log';
export {
  counter,
  exemplarHistogram,
  type ExemplarHistogram,
  gauge,
  histogram,
  endToEndBuckets,
  renderMetrics,
  sampledGauge,
  stopwatch,
} from './metrics';
export { preferredType } from './negotiation';
export { isAllowedOrigin } from './origin';
export { isReadable, pemOf } from './pem';
export { planted } from './planted';
export { PollLoop } from './poll-loop';
export { problemAnswer } from './problem-answer';
export { domainErrorOf, logFieldsOf, problemOf } from './problem';
export { PassesQuery } from './query-interceptor';
export { rowByRow } from './row-by-row';
export { runProcesses } from './run-processes';
export { runService } from './run-service';
export { defineService, type ServiceDefinition } from './service-definition';
export { ServiceHost } from './service.module';
export {
  commaList,
  connectionsPerAddress,
  isHostAndPort,
  isLoopback,
  port,
  serverUrl,
  transferSettings,
} from './settings';
export { isPrivateKey, privateKeyOf } from './signing-key';
export { type RunningService, startService } from './start-service';
export { ACCESS_AUDIENCE, callerOf, verifyToken } from './token';
export {
  contextOf,
  failSpan,
  isRecorded,
  SpanKind,
  startSpan,
  traceparent,
  traceparentOf,
  withSpan,
  withTraceparent,
} from './tracing';
export { idSchema, queryError, validationError } from './validation';
export { KeyedSemaphore } from './keyed-semaphore';
export { Wakeup } from './wakeup';
export { maxSockets } from './socket-limit';
export { assertEndpointPermitted, permittedCaller } from './permitted';
