/** The processes of the running system, read at each call: a restarted one has a new pid. */
import { birthOf } from '../os/os-process.ts';
import { readRun, type ServiceState } from '../os/run-state.ts';

const running = (): ServiceState[] => (readRun().services ?? []).filter(({ pid }) => birthOf(pid) !== undefined);

export const processesOf = (name: string): ServiceState[] => running().filter((service) => service.name === name);

/** The process that listens at this URL. */
export const processBehind = (url: string): ServiceState | undefined =>
  running().find(({ http }) => new URL(http).port === new URL(url).port);
