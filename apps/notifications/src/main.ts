import { runService } from '@halftone/service';
import { notifications } from './notifications';

void runService(notifications);
