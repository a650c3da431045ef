/** What Prometheus says about whom it asks, against the pods there are. Pure. */
export interface Target {
  health: string;
  lastError: string;
  labels: Readonly<Record<string, string>>;
}

/** Each of these pods has to be a target that answers; a target that is down is told even if nobody expected it. */
export function wrongTargets(targets: readonly Target[], pods: readonly string[]): string[] {
  const known = new Set(targets.map(({ labels }) => labels['pod']));
  const absent = pods.filter((pod) => !known.has(pod)).map((pod) => `${pod} is not scraped`);
  const down = targets
    .filter(({ labels, health }) => health !== 'up' && pods.includes(labels['pod'] ?? ''))
    .map(({ labels, health, lastError }) => `${labels['pod']} is ${health}: ${lastError}`);
  return [...absent, ...down];
}
