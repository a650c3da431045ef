/**
 * Prints an env file for docker/compose.yaml: new passwords, also of the demo customers, and a new token key pair.
 * It stores nothing. Without the file the data created with it cannot be read.
 */
import { generateSecrets, password } from '../../engines/secrets.ts';
import { envFile } from './env-file.ts';

void generateSecrets().then((secrets) => process.stdout.write(envFile(secrets, password())));
