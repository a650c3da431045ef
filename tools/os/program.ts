/** kind, kubectl, helm and docker, as PATH has them. Nothing is downloaded; a missing one is named with where to get it. */
import { capture, findProgram, type CommandOptions } from './command.ts';
import { Unavailable } from './unavailable.ts';

/** Where each says how to get it. */
export const sources = {
  kind: 'https://kind.sigs.k8s.io/docs/user/quick-start/#installation',
  minikube: 'https://minikube.sigs.k8s.io/docs/start/',
  kubectl: 'https://kubernetes.io/docs/tasks/tools/',
  helm: 'https://helm.sh/docs/intro/install/',
  docker: 'https://docs.docker.com/get-started/get-docker/',
} as const;

export type Program = keyof typeof sources;

export class MissingProgram extends Unavailable {}

/** The program's file; throws MissingProgram. */
function locate(name: Program): string {
  const file = findProgram(name);
  if (!file) throw new MissingProgram(`${name} is not on PATH: ${sources[name]} says how to get it`);
  return file;
}

/** Reports all missing programs together. */
export function requirePrograms(...names: readonly Program[]): void {
  const missing = names.filter((name) => !findProgram(name));
  if (missing.length === 0) return;
  throw new MissingProgram(missing.map((name) => `${name} is not on PATH: ${sources[name]}`).join('\n'));
}

/** Standard output; throws MissingProgram, or CommandFailed with the most useful line and the full output. */
export const run = async (name: Program, args: readonly string[], options?: CommandOptions): Promise<string> =>
  capture(locate(name), args, options);
