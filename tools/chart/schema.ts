/** The part of JSON Schema that the chart's values use, walked into one row per key. Pure. */

export interface Schema {
  $ref?: string | undefined;
  $defs?: Record<string, Schema>;
  type?: string | string[];
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  default?: unknown;
  description?: string;
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
}

export interface Row {
  /** `engines.kafka.heap`; `NAME` stands for the key of a map. */
  key: string;
  type: string;
  /** Absent when the key stands for what is below it, or may be left out. */
  fallback?: unknown;
  description: string;
}

/** Replaces a reference by its definition; the keys beside the reference win. */
function resolve(schema: Schema, definitions: Record<string, Schema>): Schema {
  if (schema.$ref === undefined) return schema;
  const name = schema.$ref.replace('#/$defs/', '');
  const target = definitions[name];
  if (!target) throw new Error(`values.schema.json: there is no ${schema.$ref}`);
  return { ...resolve(target, definitions), ...schema, $ref: undefined };
}

function typeOf({ type, enum: choices, minimum, maximum }: Schema): string {
  if (choices) return choices.join(', ');
  const name = [type ?? 'any'].flat().join(' or ');
  if (maximum !== undefined) return `${name} ${minimum ?? ''}–${maximum}`;
  return minimum === undefined ? name : `${name} ≥ ${minimum}`;
}

/** An object that has a default is written down whole, as one value; any other is the sum of its keys. */
export function rowsOf(schema: Schema, definitions = schema.$defs ?? {}, path: readonly string[] = []): Row[] {
  const whole = resolve(schema, definitions);
  const below: [string, Schema][] = Object.entries(whole.properties ?? {});
  const [member] = Object.values(whole.patternProperties ?? {});
  if (member && resolve(member, definitions).properties) below.push(['NAME', member]);
  const key = path.join('.');
  const own: Row[] = key === '' ? [] : [rowOf(key, whole)];
  if (whole.default !== undefined || below.length === 0 || key.endsWith('.resources')) return own;
  return [...own, ...below.flatMap(([name, inner]) => rowsOf(inner, definitions, [...path, name]))];
}

function rowOf(key: string, schema: Schema): Row {
  const { description = '', default: fallback } = schema;
  return { key, type: typeOf(schema), description, ...(fallback !== undefined && { fallback }) };
}
