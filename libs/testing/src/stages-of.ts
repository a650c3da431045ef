import type { StartAndStopList } from '@halftone/service';

interface ModuleLike {
  imports?: readonly unknown[];
  providers?: readonly unknown[];
}

/** The names of the parts that a module and its imports start and stop, by stage, in order. */
export function stagesOf(module: ModuleLike): Record<string, string[]> {
  const lists = listsOf(module);
  const stages = ['connect', 'migrate', 'serve', 'consume', 'yield', 'refuse', 'drain', 'flush', 'close'] as const;
  const named = stages.map((stage): [string, string[]] => [
    stage,
    lists.flatMap((list) => (list[stage] ?? []).map(({ name }) => name)),
  ]);
  return Object.fromEntries(named.filter(([, names]) => names.length > 0));
}

const listsOf = ({ imports = [], providers = [] }: ModuleLike): StartAndStopList[] => [
  ...imports.flatMap((one) => listsOf(one as ModuleLike)),
  ...providers.flatMap((one) => (one as { list?: StartAndStopList }).list ?? []),
];
