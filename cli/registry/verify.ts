/** Alone in its file: the image `tools` holds this command and dlq. */
import { command } from './halftone-command.ts';
import { aboveZero, wholeNumber } from './values.ts';

export const verify = command('verify', 'prove the invariants of the running shop', 'halftone verify --json')
  .option('--patience <seconds>', 'how long work in progress may take', aboveZero, 15)
  .option('--history <file>', 'also judge what clients were answered, as chaos records it')
  .option('--list', 'list the invariants', false)
  .option('--watch', 'verify again and again until interrupted', false)
  .option('--every <seconds>', 'pause between two rounds of --watch', aboveZero, 5)
  .option('--port <port>', 'serve metrics of --watch here', wholeNumber(1, 65_535))
  .option('--self-test', 'plant one bug per invariant in a test build: each must be caught', false)
  .repeated('--only <bug>', 'of --self-test; may be repeated')
  .json()
  .runs(() => import('../verify.ts'));
