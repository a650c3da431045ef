/** The system that is up, else one of our own for as long as the tests run. Loaded by Node itself, not by Jest's module system. */
import { useSystem } from '@halftone/tools/client/system.ts';

export default async function setUp() {
  process.stderr.write('starting or finding the system\n');
  globalThis.usedSystem = await useSystem();
  process.stderr.write(`ready: ${globalThis.usedSystem.run.urls.gateway}\n`);
}
