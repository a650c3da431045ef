/** `halftone completion bash|zsh`: the script for a shell. It calls the hidden command `complete`, which prints what may come next. */
import { Argument } from 'commander';
import { command } from './halftone-command.ts';

export const completion = command(
  'completion',
  'print the completion script of a shell',
  'source <(./halftone completion bash)',
)
  .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh']))
  .runs(() => import('../completion.ts'));
