/**
 * RFC 6455: runs the Autobahn test suite against realtime, with its real upgrade and limits. The process is a test build that echoes.
 * A non-strict case, such as invalid UTF-8 found only at the end of a message, passes, as in the suite.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environment, programHome, root } from '@halftone/tools/os/config.ts';
import { capture } from '@halftone/tools/os/command.ts';
import { readJson } from '@halftone/tools/os/home.ts';
import { openRealtimeSandbox, type RealtimeSandbox } from '../harness/sandbox/realtime/realtime-sandbox.ts';
import type { Check, Outcome } from '@halftone/tools/check/check.ts';
import { type Python2, python2 } from './python2.ts';

const requirements = [
  ...['autobahntestsuite==25.10.1', 'autobahn==0.10.9', 'txaio==2.1.0', 'unittest2==1.1.0', 'traceback2==1.4.0'],
  ...['linecache2==1.0.0', 'Twisted==19.10.0', 'zope.interface==4.6.0', 'incremental==16.10.1', 'constantly==15.1.0'],
  ...['Automat==20.2.0', 'attrs==21.4.0', 'hyperlink==21.0.0', 'idna==2.10', 'typing==3.10.0.0', 'six==1.16.0'],
  ...['pyOpenSSL==19.1.0', 'cryptography==3.3.2', 'cffi==1.15.1', 'pycparser==2.21', 'enum34==1.1.10'],
  ...['ipaddress==1.0.23', 'service-identity==18.1.0', 'pyasn1==0.5.1', 'pyasn1-modules==0.3.0', 'setuptools==44.0.0'],
  ...['jinja2==2.11.3', 'markupsafe==1.1.1', 'Werkzeug==1.0.1', 'klein==17.10.0'],
];

/** Framing, pings, reserved bits, opcodes, fragments, UTF-8, closing; 9 are megabytes, 12 and 13 compression, neither of which we take. */
const cases = ['1.*', '2.*', '3.*', '4.*', '5.*', '6.*', '7.*', '10.*'];
const least = 240;
const agent = 'halftone';

interface Verdict {
  behavior: string;
  behaviorClose: string;
  remoteCloseCode: number | null;
}

const passes = new Set(['OK', 'NON-STRICT', 'INFORMATIONAL']);
const held = ({ behavior, behaviorClose }: Verdict) => passes.has(behavior) && passes.has(behaviorClose);

async function runSuite(
  sandbox: RealtimeSandbox,
  python: Python2,
  signal: AbortSignal,
): Promise<Record<string, Verdict>> {
  const folder = join(programHome, 'autobahn');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const specification = join(folder, 'suite.json');
  const url = `${sandbox.urls[0]?.replace('http', 'ws')}/v1/events`;
  const nothing = { 'exclude-cases': [], 'exclude-agent-cases': {} };
  writeFileSync(specification, JSON.stringify({ outdir: folder, servers: [{ agent, url }], cases, ...nothing }));
  const client = join(root, 'apps/realtime/foreign/fuzzing_client.py');
  const args = [client, python.packages, specification, sandbox.token('alice')];
  await capture(python.program, args, { env: { ...environment, ...python.env }, signal, timeoutMs: 300_000 });
  return readJson<Record<string, Record<string, Verdict>>>(join(folder, 'index.json'))?.[agent] ?? {};
}

function outcomeOf(verdicts: Record<string, Verdict>): Outcome {
  const all = Object.entries(verdicts);
  const failed = all.filter(([, verdict]) => !held(verdict));
  const lines = failed.map(
    ([name, { behavior, remoteCloseCode }]) => `${name}: ${behavior}, closed ${remoteCloseCode}`,
  );
  if (all.length < least) lines.push(`only ${all.length} cases were run`);
  const missing = all.length < least ? 1 : 0;
  return { passed: all.length - failed.length, failed: failed.length + missing, output: lines.join('\n') };
}

export const autobahn: Check = {
  name: "foreign: Autobahn's suite at realtime",
  run: async (signal, say) => {
    const python = await python2(requirements, signal).catch((error: Error) => error);
    signal.throwIfAborted();
    if (python instanceof Error)
      return { passed: 0, failed: 0, output: '', skipped: `no Python 2 with it: ${python.message}` };
    const sandbox = await openRealtimeSandbox({ name: 'autobahn', replicas: 1, testBuild: true, note: say, signal });
    try {
      await sandbox.system.arm({ name: 'realtime', replica: 1 }, 'realtime.echo=bug');
      return outcomeOf(await runSuite(sandbox, python, signal));
    } finally {
      await sandbox.close();
    }
  },
};
