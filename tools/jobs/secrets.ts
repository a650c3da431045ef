/**
 * Prints what docker/compose.yaml has to be told, as an env file: passwords and the token key pair, new ones each time.
 * Nothing is kept here; whoever loses the file has lost the way into the data that was made with it.
 */
import { generateSecrets } from '../engines/secrets.ts';
import { envFile } from './env-file.ts';

void generateSecrets().then((secrets) => process.stdout.write(envFile(secrets)));
