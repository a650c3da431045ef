/** `npm start`: everything from nothing to a running shop, and a tour through it. */
import { Progress } from '@halftone/tools/terminal/progress.ts';
import { start } from '@halftone/tools/shop/start.ts';
import { takeTour } from '@halftone/proof/tour/tour-phase.ts';

export interface StartOptions {
  once: boolean;
  tour: boolean;
  json: boolean;
}

export const run = ({ once, json, tour }: StartOptions): Promise<number> =>
  start({ once, json, tour: tour ? takeTour : undefined }, new Progress(json));
