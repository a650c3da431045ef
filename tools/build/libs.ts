/** `node tools/build/libs.ts`: makes JavaScript of the libs, for commands and benches, which Node runs as they are written. */
import { root } from '../os/config.ts';
import { transpile } from './transpile.ts';
import { libs } from './workspace.ts';

await transpile(root, libs(root));
