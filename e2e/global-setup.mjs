/** The system that is up, else one of our own for as long as the tests run. Loaded by Node itself, not by Jest's module system. */
import { useSystem } from '@halftone/tools/shop/use-system.ts';
import { TraceReceiver } from '@halftone/proof/harness/clients/trace-receiver.ts';
import { runningSystem } from '@halftone/tools/os/run-state.ts';

export default async function setUp() {
  process.stderr.write('starting or finding the system\n');
  if (runningSystem()) process.env.HALFTONE_TEST_TRACES = 'elsewhere';
  else await receiveTraces();
  globalThis.usedSystem = await useSystem();
  process.stderr.write(`ready: ${globalThis.usedSystem.run.urls.gateway}\n`);
}

/** Only a system that this run started sends its spans here. */
async function receiveTraces() {
  globalThis.traceReceiver = await TraceReceiver.start();
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = globalThis.traceReceiver.endpoint;
  process.env.HALFTONE_TEST_TRACES = globalThis.traceReceiver.endpoint;
}
