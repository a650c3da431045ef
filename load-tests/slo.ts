/** The service levels of the shop; a run that misses one fails. */
import { patient, thresholdsGiven } from './settings.ts';

type Thresholds = Record<string, string[]>;

/** While processes are killed a customer may wait for the next one, so only the loss of a request counts. */
const p95 = patient ? 'p(95)<5000' : 'p(95)<1000';

export const requestsSlo: Thresholds = {
  checks: ['rate==1'],
  failed: ['rate==0'],
  answer_ms: [p95],
  requests: ['count>0'],
  ...(!patient && { first_try_failures: ['count==0'] }),
};

export const feedSlo: Thresholds = {
  events_received: ['count>0'],
  gaps: ['count==0'],
  duplicates: ['count==0'],
  resets: ['count==0'],
  reconnect_ms: [patient ? 'max<15000' : 'max<5000'],
};

export const thresholds = (...parts: Thresholds[]): Thresholds => Object.assign({}, ...parts, thresholdsGiven);
