import { runService } from '@halftone/service';
import { orders } from './orders';

void runService(orders);
