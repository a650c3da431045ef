import { runService } from '@halftone/service';
import { consoleService } from './console';

void runService(consoleService);
