import { runService } from '@halftone/service';
import { payments } from './payments';

void runService(payments);
