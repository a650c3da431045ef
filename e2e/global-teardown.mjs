export default async function tearDown() {
  process.stderr.write('stopping what was started\n');
  await globalThis.usedSystem?.stop();
  await globalThis.traceReceiver?.stop();
}
