import { posix } from 'node:path';

/** Whatever imports what, types included: by path. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

const importOf = /\b(?:from|import)\s*\(?\s*'(\.[^']*)'/g;

/** The imports between these files; `sources` are their texts by path, with `/` between its parts. */
export function importsOf(sources: ReadonlyMap<string, string>): Graph {
  const target = (from: string, name: string) => {
    const path = posix.join(posix.dirname(from), name);
    return [path, `${path}.ts`, `${path}/index.ts`].find((known) => sources.has(known));
  };
  return new Map(
    [...sources].map(([path, text]) => [
      path,
      new Set([...text.matchAll(importOf)].flatMap(([, name = '']) => target(path, name) ?? [])),
    ]),
  );
}

/** The same between folders. A file that lies beside the folders of its project (a module, its tables) is left out: it joins them. */
export function foldersOf(graph: Graph): Graph {
  const folders = new Map<string, Set<string>>();
  const isJoint = (path: string) => posix.basename(posix.dirname(path)) === 'src';
  for (const [path, targets] of graph) {
    if (isJoint(path)) continue;
    const from = posix.dirname(path);
    const known = folders.get(from) ?? new Set<string>();
    folders.set(from, known);
    for (const target of targets)
      if (!isJoint(target) && posix.dirname(target) !== from) known.add(posix.dirname(target));
  }
  return folders;
}

/** Each group that can be reached from each of its members, sorted; a graph without circles has none. */
export function circlesOf(graph: Graph): string[][] {
  const reached = new Map([...graph.keys()].map((path) => [path, reachedFrom(graph, path)]));
  const groups = new Map<string, string[]>();
  for (const [path, ahead] of reached) {
    const circle = [...ahead].filter((other) => reached.get(other)?.has(path)).toSorted();
    if (circle.length > 0) groups.set(circle.join(' '), circle);
  }
  return [...groups.values()];
}

function reachedFrom(graph: Graph, start: string): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = [...(graph.get(start) ?? [])];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    open.push(...(graph.get(path) ?? []));
  }
  return reached;
}
