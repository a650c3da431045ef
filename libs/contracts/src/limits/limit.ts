/**
 * A limit on what one caller may use of a process or of the whole shop. docs/limits.md is generated from these
 * tables.
 */
export interface Limit {
  /** One sentence for people: what is limited. */
  what: string;
  value: number;
  unit:
    | 'bytes'
    | 'ms'
    | 's'
    | 'requests'
    | 'connections'
    | 'tries'
    | 'jobs'
    | 'pixels'
    | 'megapixels'
    | 'fields'
    | 'tokens'
    | 'messages'
    | 'characters'
    | 'items'
    | 'per second';
  /** The scope of the limit. */
  per: 'connection' | 'address' | 'account' | 'customer' | 'request' | 'process' | 'shop';
  /** The setting that changes it, if any. */
  setting: string | null;
  /** The consequence beyond it: an error code, or the effect on the connection. */
  beyond: string;
  /** The metric that counts or shows it. */
  metric: string | null;
}
