/** The dashboards as files of the chart: generated, committed, and compared by --check. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { root } from '../../os/config.ts';
import { dashboards } from './dashboards.ts';

const folder = join(root, 'helm/halftone/files/dashboards');

/** File name → content, the same for the same source on every machine. */
const generated = (): Map<string, string> =>
  new Map(
    dashboards().map((one) => [`${one.uid?.replace('halftone-', '')}.json`, `${JSON.stringify(one, null, 2)}\n`]),
  );

function committed(): Map<string, string> {
  const names = readdirSync(folder, { recursive: false, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

export function writeAll(): string[] {
  mkdirSync(folder, { recursive: true });
  const wanted = generated();
  for (const name of committed().keys()) if (!wanted.has(name)) rmSync(join(folder, name));
  for (const [name, text] of wanted) writeFileSync(join(folder, name), text);
  return [...wanted.keys()];
}

/** Files that are not what the source gives, or that nothing gives any more. */
export function stale(): string[] {
  const [wanted, present] = [generated(), committed()];
  return [...new Set([...wanted.keys(), ...present.keys()])].filter((name) => wanted.get(name) !== present.get(name));
}

/** What Grafana will load. */
export const loadAll = (): Dashboard[] => [...committed().values()].map((text) => JSON.parse(text) as Dashboard);
