import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../os/config.ts';
import { rules, ruleTests } from './rules.ts';

const alerts = rules().filter(({ alert }) => alert !== undefined);
const expectations = ruleTests().flatMap(({ promql_expr_test: tests }) => tests);
const runbook = readFileSync(join(root, 'docs/runbook.md'), 'utf8');

/** The part of GitHub's rule for anchors that a name of letters needs. */
const anchors = [...runbook.matchAll(/^## (\w+)$/gm)].map(([, name = '']) => `docs/runbook.md#${name.toLowerCase()}`);

test('alerts have names of their own', () => {
  const names = alerts.map(({ alert }) => alert);
  expect(new Set(names).size).toBe(names.length);
});

describe.each(alerts.map((rule) => [rule.alert ?? '', rule] as const))('%s', (name, { labels, annotations }) => {
  const expected = expectations.filter(({ expr }) => expr.includes(`alertname="${name}"`));
  const firing = expected.flatMap(({ exp_samples: samples }) => samples.map((sample) => sample.labels));

  test('says how urgent it is, what happened and what to do', () => {
    expect(labels?.['severity']).toMatch(/^(page|ticket)$/);
    expect(annotations).toEqual({
      summary: expect.stringMatching(/\S+/),
      description: expect.stringMatching(/\.$/),
      runbook: `docs/runbook.md#${name.toLowerCase()}`,
    });
    expect(anchors).toContain(annotations?.['runbook']);
  });

  test('is seen to fire and not to fire', () => {
    expect(firing).not.toEqual([]);
    expect(expected.map(({ exp_samples: samples }) => samples.length)).toContain(0);
  });

  test('its words name only labels that it has', () => {
    const named = Object.values(annotations ?? {}).flatMap((text) => [...text.matchAll(/\$labels\.(\w+)/g)]);
    const lacking = named
      .map(([, label]) => label)
      .filter((label) => firing.some((has) => !has.includes(`${label}="`)));
    expect(lacking).toEqual([]);
  });
});

test('the runbook has a paragraph for each alert and for nothing else', () => {
  expect(anchors.toSorted()).toEqual(alerts.map(({ annotations }) => annotations?.['runbook'] ?? '').toSorted());
});
