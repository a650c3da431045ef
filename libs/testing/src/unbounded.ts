import { z } from 'zod';

type Json = z.core.JSONSchema.JSONSchema;

/** The paths of all texts and lists in a schema without a length limit. It cannot see bytes. */
export const unboundedIn = (schema: z.ZodType): string[] =>
  unbounded(z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }), []);

function unbounded(schema: Json, path: readonly string[]): string[] {
  const within = (part: Json | boolean | undefined, name: string) =>
    typeof part === 'object' ? unbounded(part, name ? [...path, name] : path) : [];
  const own = isOpen(schema) ? [path.join('.')] : [];
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, part]) => within(part as Json, name));
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((part) => within(part, ''));
  const items = within(schema.items as Json | undefined, '*');
  return [...own, ...fields, ...branches, ...items];
}

function isOpen({ type, maxLength, pattern, maxItems, const: fixed, enum: options }: Json): boolean {
  if (type === 'array') return maxItems === undefined;
  return type === 'string' && maxLength === undefined && pattern === undefined && fixed === undefined && !options;
}
