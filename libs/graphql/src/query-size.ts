import {
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** The size of an operation or a fragment; a fragment counts at each spread. */
export interface QuerySize {
  fields: number;
  rootFields: number;
  aliases: number;
  depth: number;
  directives: number;
}

const nothing: QuerySize = { fields: 0, rootFields: 0, aliases: 0, depth: 0, directives: 0 };

/** For two sibling selections, everything adds up except the depth. */
const add = (one: QuerySize, other: QuerySize): QuerySize => ({
  fields: one.fields + other.fields,
  rootFields: one.rootFields + other.rootFields,
  aliases: one.aliases + other.aliases,
  depth: Math.max(one.depth, other.depth),
  directives: one.directives + other.directives,
});

const larger = (one: QuerySize, other: QuerySize): QuerySize => ({
  fields: Math.max(one.fields, other.fields),
  rootFields: Math.max(one.rootFields, other.rootFields),
  aliases: Math.max(one.aliases, other.aliases),
  depth: Math.max(one.depth, other.depth),
  directives: Math.max(one.directives, other.directives),
});

/**
 * The maximum over the definitions in each respect. It takes time proportional to the text, because each fragment is
 * measured once. A fragment that spreads itself counts once; validation rejects it.
 */
export function sizeOf({ definitions }: DocumentNode): QuerySize {
  const measure = new Measure(definitions);
  return definitions
    .map((definition) => {
      const size = measure.definition(definition);
      // The fields of a fragment are root fields only where an operation spreads it at the root.
      return definition.kind === Kind.FRAGMENT_DEFINITION ? { ...size, rootFields: 0 } : size;
    })
    .reduce(larger, nothing);
}

class Measure {
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  private readonly measured = new Map<string, QuerySize>();

  constructor(definitions: readonly DefinitionNode[]) {
    this.fragments = new Map(
      definitions.flatMap((definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
      ),
    );
  }

  definition(definition: DefinitionNode): QuerySize {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) return nothing;
    const { directives = [], variableDefinitions = [], selectionSet } = definition;
    const own = directives.length + variableDefinitions.flatMap((variable) => variable.directives ?? []).length;
    return add({ ...nothing, directives: own }, this.selections(selectionSet));
  }

  private selections({ selections }: SelectionSetNode): QuerySize {
    return selections.map((selection) => this.selection(selection)).reduce(add, nothing);
  }

  private selection(selection: SelectionNode): QuerySize {
    const own = { ...nothing, fields: 1, directives: selection.directives?.length ?? 0 };
    if (selection.kind === Kind.FRAGMENT_SPREAD) return add(own, this.fragment(selection.name.value));
    const inner = selection.selectionSet ? this.selections(selection.selectionSet) : nothing;
    if (selection.kind === Kind.INLINE_FRAGMENT) return add(own, inner);
    const aliases = selection.alias ? 1 : 0;
    return add({ ...own, aliases }, { ...inner, rootFields: 1, depth: inner.depth + 1 });
  }

  private fragment(name: string): QuerySize {
    const known = this.measured.get(name);
    if (known) return known;
    this.measured.set(name, nothing);
    const fragment = this.fragments.get(name);
    const size = fragment ? this.definition(fragment) : nothing;
    this.measured.set(name, size);
    return size;
  }
}
