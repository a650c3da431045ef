import { runService } from '@halftone/service';
import { graph } from './graph';

void runService(graph);
