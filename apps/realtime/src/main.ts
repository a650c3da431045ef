import { runService } from '@halftone/service';
import { realtime } from './realtime';

void runService(realtime);
