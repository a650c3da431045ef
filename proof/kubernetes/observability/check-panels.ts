/** Checks that every panel has data, with the queries that Grafana sends to Prometheus. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Prometheus, Span } from './prometheus.ts';
import { labelQuestion, questionsOf, substituted, type Question } from '@halftone/tools/chart/dashboards/questions.ts';

export interface Finding extends Question {
  ok: boolean;
  /** Series or values in the answer. */
  found: number;
  /** Why not. */
  reason?: string;
}

export interface PanelCheck {
  ok: boolean;
  dashboards: number;
  panels: number;
  findings: Finding[];
}

/** Queries at the same time: a Prometheus next to the system it watches should not be what slows that down. */
const atOnce = 4;

export async function checkPanels(
  prometheus: Prometheus,
  all: readonly Dashboard[],
  minutes: number,
): Promise<PanelCheck> {
  const to = Math.floor(Date.now() / 1000);
  const span = { from: to - minutes * 60, to };
  const questions = all.flatMap(questionsOf);
  const findings: Finding[] = [];
  for (let first = 0; first < questions.length; first += atOnce) {
    const some = questions.slice(first, first + atOnce);
    findings.push(...(await Promise.all(some.map((question) => find(prometheus, question, span)))));
  }
  const panels = all.flatMap(({ panels = [] }) => panels.filter(({ type }) => type !== 'row')).length;
  return { ok: findings.length > 0 && findings.every(({ ok }) => ok), dashboards: all.length, panels, findings };
}

async function find(prometheus: Prometheus, question: Question, span: Span): Promise<Finding> {
  try {
    return { ...question, ...(await answered(prometheus, question, span)) };
  } catch (error) {
    return { ...question, ok: false, found: 0, reason: error instanceof Error ? error.message : String(error) };
  }
}

async function answered(
  prometheus: Prometheus,
  { kind, query }: Question,
  span: Span,
): Promise<Pick<Finding, 'ok' | 'found' | 'reason'>> {
  const asked = substituted(query, { rateInterval: '1m', range: `${span.to - span.from}s` });
  if (kind === 'variable') {
    const { selector, label } = labelQuestion(asked) ?? {};
    if (!selector || !label) return { ok: false, found: 0, reason: 'not of the form label_values(selector, label)' };
    const { length } = await prometheus.labelValues(label, selector, span);
    return length > 0 ? { ok: true, found: length } : { ok: false, found: 0, reason: 'no values' };
  }
  const { series, numbers } = await prometheus.range(asked, span);
  if (series === 0) return { ok: false, found: 0, reason: 'empty result' };
  return numbers > 0
    ? { ok: true, found: series }
    : { ok: false, found: series, reason: 'nothing but NaN: no traffic, or a division by zero' };
}
