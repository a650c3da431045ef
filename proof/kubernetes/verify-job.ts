/** `helm test`: runs verify as a Job in the cluster and reads its verdict. */
import { runHelmTest } from '@halftone/tools/cluster/release.ts';
import type { Target } from '@halftone/tools/cluster/target.ts';
import type { Verified } from '../tour/toured-system.ts';

interface Invariant {
  invariant: string;
  ok: boolean;
  checked: number;
  counterExample?: object;
}

export interface JobVerdict extends Verified {
  results: Invariant[];
}

function objectIn(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    // Output of helm between the lines of the Job.
    return {};
  }
}

/** Throws when the output has no verdict. Pure. */
export function readVerdict(output: string): JobVerdict {
  const objects = output.split('\n').map((line) => objectIn(line.trim()));
  const end = objects.findLast((one) => 'verify' in one);
  if (!end) throw new Error(`verify gave no verdict:\n${output.trim().slice(-1500)}`);
  if (typeof end['error'] === 'string') throw new Error(`verify could not judge: ${end['error']}`);
  const results = objects.filter((one): one is Record<string, unknown> & Invariant => 'invariant' in one);
  return { ok: end['verify'] === 'ok' && results.length > 0, checked: Number(end['checked']), results };
}

/** The output of a failed Job is in the error. */
export async function verifyInCluster(target: Target): Promise<JobVerdict> {
  const output = await runHelmTest(target).catch((error: unknown) => {
    if (error instanceof Error && error.message.includes('"verify"')) return error.message;
    throw error;
  });
  return readVerdict(output);
}

export function mustHold({ ok, checked, results }: JobVerdict): string {
  const broken = results.filter((result) => !result.ok);
  if (!ok) throw new Error(`an invariant is broken: ${JSON.stringify(broken)}`);
  return `${results.length} invariants, ${checked} checked`;
}
