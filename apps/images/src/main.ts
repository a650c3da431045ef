import { runService } from '@halftone/service';
import { images } from './images';

void runService(images);
