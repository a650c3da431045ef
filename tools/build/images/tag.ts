/** The tag of an image is a hash of everything the build reads. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint } from '../fingerprint.ts';
import { appsOf } from '../workspace.ts';

export const defaultBase = 'node:24-bookworm-slim';

/** Every service, and `tools` with the jobs. */
export const servicesOf = (root: string): string[] => [...appsOf(root), 'tools'];

/** Files and folders of the build's context: what .dockerignore lets in. */
export const inputsOf = (dockerignore: string): string[] =>
  dockerignore
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1).trim());

export function imageTag(root: string, base = defaultBase): string {
  const inputs = inputsOf(readFileSync(join(root, '.dockerignore'), 'utf8'));
  return createHash('sha256').update(base).update(fingerprint(root, inputs)).digest('hex').slice(0, 12);
}

export const imageName = (app: string, tag: string): string => `halftone/${app}:${tag}`;
