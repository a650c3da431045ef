/** The processes of the running system, looked up when needed: a restarted one has another pid. */
import { birthOf } from '../engines/os-process.ts';
import { readRun, type ServiceState } from '../engines/run-state.ts';

const living = (): ServiceState[] => (readRun().services ?? []).filter(({ pid }) => birthOf(pid) !== undefined);

export const processesOf = (name: string): ServiceState[] => living().filter((service) => service.name === name);

/** The process that listens at this URL. */
export const processBehind = (url: string): ServiceState | undefined =>
  living().find(({ http }) => new URL(http).port === new URL(url).port);
