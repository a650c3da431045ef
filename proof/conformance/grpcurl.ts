/**
 * Lists, describes and calls every gRPC service with grpcurl, which has none of the .proto files.
 * It uses reflection v1; libs/grpc tests v1alpha too.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Sandbox, openSandbox } from '../harness/sandbox/sandbox.ts';
import { environment, programHome } from '@halftone/tools/os/config.ts';
import { capture, findProgram } from '@halftone/tools/os/command.ts';
import { findGo } from '@halftone/tools/os/go.ts';
import type { ServiceState } from '@halftone/tools/os/run-state.ts';
import { signAccessToken } from '../harness/sandbox/realtime/access-token.ts';
import { topology } from '@halftone/tools/shop/topology.ts';
import type { Check, Outcome } from '@halftone/tools/check/check.ts';

const goModule = 'github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.4';
const folder = join(programHome, 'go-bin');

/** A harmless call of each service. One that is missing here fails the check. */
const calls: Readonly<Record<string, { method: string; request: object }>> = {
  'grpc.health.v1.Health': { method: 'Check', request: {} },
  'halftone.images.v1.ImagesService': { method: 'ListImages', request: { limit: 1 } },
  'halftone.notifications.v1.NotificationsService': { method: 'ListNotifications', request: { limit: 1 } },
  'halftone.orders.v1.OrdersService': { method: 'ListProducts', request: {} },
  'halftone.payments.v1.AccountsService': { method: 'GetAccount', request: {} },
  'halftone.payments.v1.PaymentsService': { method: 'ListPayments', request: { limit: 1 } },
};

const own = join(folder, 'grpcurl');

export const findGrpcurl = (): string | undefined => findProgram('grpcurl') ?? (existsSync(own) ? own : undefined);

/** Found, else built by Go. Throws where neither is possible. */
async function grpcurl(signal: AbortSignal, say: (line: string) => void): Promise<string> {
  const found = findGrpcurl();
  if (found) return found;
  const go = findGo();
  if (!go) throw new Error('neither grpcurl nor Go is on PATH');
  mkdirSync(folder, { recursive: true });
  say(`building ${goModule}`);
  await capture(go, ['install', goModule], { env: { ...environment, GOBIN: folder }, signal });
  return own;
}

interface GrpcurlRun {
  program: string;
  signal: AbortSignal;
  passed: number;
  failures: string[];
}

/** One run of grpcurl; what it said, or undefined when it failed or said something else than it had to. */
async function ask(run: GrpcurlRun, args: readonly string[], expected: RegExp): Promise<string | undefined> {
  const { program, signal } = run;
  const token = `authorization: Bearer ${signAccessToken('alice')}`;
  const said = await capture(program, ['-plaintext', '-max-time', '20', '-H', token, ...args], {
    signal,
    timeoutMs: 30_000,
  }).catch((error: Error) => error);
  signal.throwIfAborted();
  if (!(said instanceof Error) && expected.test(said)) {
    run.passed += 1;
    return said;
  }
  run.failures.push(`grpcurl ${args.join(' ')}: ${said instanceof Error ? said.message : `no ${expected} in ${said}`}`);
  return undefined;
}

async function askProcess(run: GrpcurlRun, { name, grpc = '' }: ServiceState): Promise<void> {
  const listed = await ask(run, [grpc, 'list'], new RegExp(`^halftone\\.${name.replaceAll('-', '_')}\\.v1\\.`, 'm'));
  for (const service of listed?.split('\n').filter(Boolean) ?? []) await askService(run, grpc, service);
}

async function askService(run: GrpcurlRun, grpc: string, service: string): Promise<void> {
  const described = await ask(run, [grpc, 'describe', service], /^service \w+ \{[^]*rpc /m);
  const types = described?.matchAll(/(?:stream )?\.((?:halftone|grpc)\.[\w.]+)/g) ?? [];
  for (const type of new Set([...types].map(([, name = '']) => name)))
    await ask(run, [grpc, 'describe', type], /^message \w+ \{/m);
  if (service.startsWith('grpc.reflection.')) return;
  const call = calls[service];
  if (call) await ask(run, ['-d', JSON.stringify(call.request), grpc, `${service}/${call.method}`], /^\{/m);
  else run.failures.push(`${service}: no call of it is known to this check`);
}

async function askAll(program: string, sandbox: Sandbox, signal: AbortSignal): Promise<Outcome> {
  const run: GrpcurlRun = { program, signal, passed: 0, failures: [] };
  const serving = sandbox.processes().filter(({ grpc }) => grpc);
  const expected = topology.filter(({ grpc }) => grpc).length;
  if (serving.length < expected) run.failures.push(`only ${serving.length} of ${expected} processes serve gRPC`);
  for (const process of serving) await askProcess(run, process);
  return { passed: run.passed, failed: run.failures.length, output: run.failures.join('\n') };
}

const edges = Object.fromEntries(topology.filter(({ edge }) => edge).map(({ name }) => [name, 0]));

export const grpcurlAtServices: Check = {
  name: 'foreign: grpcurl at every gRPC service',
  run: async (signal, say) => {
    const program = await grpcurl(signal, say).catch((error: Error) => error);
    signal.throwIfAborted();
    if (program instanceof Error) return { passed: 0, failed: 0, output: '', skipped: program.message };
    const sandbox = await openSandbox({ name: 'grpcurl', replicas: edges, note: say, signal });
    try {
      return await askAll(program, sandbox, signal);
    } finally {
      await sandbox.close();
    }
  },
};
