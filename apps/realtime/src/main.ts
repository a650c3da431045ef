import { runProcesses } from '@halftone/service';
import { realtime } from './realtime';

void runProcesses(realtime, ({ REALTIME_PROCESSES }) => REALTIME_PROCESSES);
