/** Compares the targets of Prometheus with the pods of the release. Pure. */
export interface Target {
  health: string;
  lastError: string;
  labels: Readonly<Record<string, string>>;
}

/** Each of these pods must be a target that is up. */
export function wrongTargets(targets: readonly Target[], pods: readonly string[]): string[] {
  const known = new Set(targets.map(({ labels }) => labels['pod']));
  const absent = pods.filter((pod) => !known.has(pod)).map((pod) => `${pod} is not scraped`);
  const down = targets
    .filter(({ labels, health }) => health !== 'up' && pods.includes(labels['pod'] ?? ''))
    .map(({ labels, health, lastError }) => `${labels['pod']} is ${health}: ${lastError}`);
  return [...absent, ...down];
}
