/** The database of this checkout, with the passwords of its secrets. */
import { prepareSchemas, roleOf } from './database-schemas.ts';
import { explain } from './postgres.ts';
import type { DatabaseService } from '../shop/topology.ts';
import { loadSecrets } from './secrets.ts';

/** The superuser's URL of the prepared database. A URL that already names a database of its own keeps it. */
export function prepareDatabase(serverUrl: string): Promise<string> {
  return prepareSchemas(serverUrl, loadSecrets().rolePasswords).catch((error: unknown) => {
    throw explain(error);
  });
}

/** The URL with which a service connects: its own role. */
export function serviceUrl(databaseUrl: string, service: DatabaseService): string {
  const url = new URL(databaseUrl);
  url.username = roleOf(service);
  url.password = loadSecrets().rolePasswords[service];
  return url.href;
}
