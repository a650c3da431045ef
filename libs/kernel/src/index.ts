/** The words that every part shares: error codes, amounts, ids, permissions. Pure; imports nothing. */
export {
  DomainError,
  errorTable,
  isDomainError,
  isErrorCode,
  type ErrorCode,
  type ErrorDetail,
  type ErrorRow,
} from './errors';
export { parseId, parseIds, uuidv7 } from './id';
export { LARGEST_AMOUNT, minorUnits, sumMinor, timesMinor } from './money';
export { assertPermitted, commandsAt, isOpenToAll, permitOf, endpointsOf, refusalOfRole } from './permission';
export type { CallerKind } from './permissions/row';
export type { Command } from './permissions/table';
