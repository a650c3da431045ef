/** The metrics of `--watch` in the text format of Prometheus. Pure. */
import type { Samples } from './ledger-sampler.ts';
import type { InvariantStatus } from './invariant-status.ts';

export interface Watched {
  statuses: ReadonlyMap<string, InvariantStatus>;
  samples: Samples;
  looks: number;
  failedLooks: number;
  lookSeconds: number;
  wireDuplicates: number;
  strangers: number;
}

interface Metric {
  name: string;
  help: string;
  type: 'gauge' | 'counter';
  values: [labels: string, value: number][];
}

const one = (name: string, help: string, type: Metric['type'], value: number): Metric => ({
  name,
  help,
  type,
  values: [['', value]],
});

function metricsOf({ statuses, samples, ...watched }: Watched): Metric[] {
  const per = (valueOf: (status: InvariantStatus) => number): Metric['values'] =>
    [...statuses].map(([name, status]) => [`{invariant="${name}"}`, valueOf(status)]);
  return [
    {
      name: 'verify_invariant_broken',
      help: '1 while the invariant does not hold and no work under way explains it',
      type: 'gauge',
      values: per(({ state }) => Number(state === 'broken')),
    },
    {
      name: 'verify_invariant_unsettled',
      help: '1 while the invariant does not hold yet',
      type: 'gauge',
      values: per(({ state }) => Number(state === 'unsettled')),
    },
    {
      name: 'verify_checked',
      help: 'Things the invariant looked at the last time',
      type: 'gauge',
      values: per(({ result }) => result.checked),
    },
    one('verify_looks_total', 'Looks at the whole system', 'counter', watched.looks),
    one('verify_failed_looks_total', 'Looks that an engine did not allow', 'counter', watched.failedLooks),
    one('verify_look_seconds', 'How long the last look took', 'gauge', watched.lookSeconds),
    one('verify_wire_duplicates', 'Records that came twice and count once', 'gauge', watched.wireDuplicates),
    one('verify_strangers', 'Records that carry no event of ours', 'gauge', watched.strangers),
    one('verify_ledger_samples_total', 'Moments at which the ledger was summed up', 'counter', samples.taken),
    one('verify_ledger_unbalanced_total', 'Such moments at which it was not zero', 'counter', samples.unbalanced),
  ];
}

const render = ({ name, help, type, values }: Metric): string =>
  [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...values.map(([labels, value]) => `${name}${labels} ${value}`),
  ].join('\n');

export const metricsText = (watched: Watched): string => `${metricsOf(watched).map(render).join('\n')}\n`;
