import { runService } from '@halftone/service';
import { bank } from './bank';

void runService(bank);
