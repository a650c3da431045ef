/** What `halftone generate` makes, in that order. */
export const generatedKinds = [
  'contracts',
  'supergraph',
  'chart',
  'dashboards',
  'limits',
  'commands',
  'lockfile',
] as const;

export type GeneratedKind = (typeof generatedKinds)[number];
