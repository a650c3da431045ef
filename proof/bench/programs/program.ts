/** The settings of a worker. */
export interface Settings {
  databaseUrl: string;
  brokers: string[];
  redisUrl: string;
  /** How many operations to measure. */
  operations: number;
  /** How many are under way at the same time. */
  concurrency: number;
}

/** Numbers by name; the unit is part of the name (`cpuUs`, `p50Ms`, `perSecond`). */
export type Measured = Record<string, number>;

export type Program = (settings: Settings) => Promise<Measured>;
