/** A threshold as k6 writes it, held against what the event streams saw. Pure. */
export interface Threshold {
  metric: string;
  expression: string;
  ok: boolean;
  /** The value it was held against. */
  seen: number;
  of: 'k6' | 'sse';
}

const compare: Readonly<Record<string, (seen: number, limit: number) => boolean>> = {
  '<': (seen, limit) => seen < limit,
  '<=': (seen, limit) => seen <= limit,
  '>': (seen, limit) => seen > limit,
  '>=': (seen, limit) => seen >= limit,
  '==': (seen, limit) => seen === limit,
  '===': (seen, limit) => seen === limit,
  '!=': (seen, limit) => seen !== limit,
};

const form = /^\s*([a-z]+(?:\(\d+(?:\.\d+)?\))?)\s*(===|==|!=|<=|>=|<|>)\s*(-?\d+(?:\.\d+)?)\s*$/;

/** `p(95)` of `p(95)<500`. */
export const measureOf = (expression: string): string => form.exec(expression)?.[1] ?? '';

/** Not ok when the expression names a value that does not exist, so a wrong name cannot pass. */
export function judge(metric: string, expression: string, values: Readonly<Record<string, number>>): Threshold {
  const [, measure = '', operator = '', limit = ''] = form.exec(expression) ?? [];
  const seen = values[measure] ?? Number.NaN;
  return { metric, expression, ok: compare[operator]?.(seen, Number(limit)) ?? false, seen, of: 'sse' };
}
