interface Summary {
  root_group: { checks: { name: string; passes: number; fails: number }[] };
  metrics: Record<string, { values: Record<string, number>; thresholds?: Record<string, { ok: boolean }> }>;
}

/** The metrics as JSON for `npm run load` (the rest holds the tokens of `setup`), else each threshold with what was seen. */
export function handleSummary(data: Summary): { stdout: string } {
  if (__ENV['SUMMARY'] === 'json')
    return { stdout: `${JSON.stringify({ metrics: data.metrics, checks: data.root_group.checks })}\n` };
  const lines = Object.entries(data.metrics).flatMap(([name, { values, thresholds = {} }]) =>
    Object.entries(thresholds).map(
      ([expression, { ok }]) => `${ok ? '✔' : '✘'} ${name} ${expression}  ${JSON.stringify(values)}`,
    ),
  );
  return { stdout: `${lines.join('\n')}\n` };
}
