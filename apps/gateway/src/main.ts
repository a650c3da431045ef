import { runService } from '@halftone/service';
import { gateway } from './gateway';

void runService(gateway);
