/** The words every part shares: outcomes, money, ids, time. Pure; imports nothing. */
export type { Clock } from './clock';
export {
  DomainError,
  errorTable,
  isDomainError,
  isErrorCode,
  type ErrorCode,
  type ErrorDetail,
  type ErrorRow,
} from './errors';
export { isUuid, uuidv7 } from './id';
export { minorUnits, sumMinor, timesMinor, type Money } from './money';
