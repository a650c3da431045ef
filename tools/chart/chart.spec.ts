import { driftOf } from './drift.ts';
import { rowsOf, type Schema } from './schema.ts';
import { tableOf, withTable } from './values-table.ts';

const schema: Schema = {
  $defs: { port: { type: 'integer', minimum: 1, maximum: 9, description: 'a port' } },
  properties: {
    web: {
      type: 'object',
      description: 'The web',
      properties: {
        port: { $ref: '#/$defs/port', default: 8 },
        host: { type: 'string', default: '', description: 'a | b' },
      },
    },
    apps: {
      type: 'object',
      description: 'By name',
      patternProperties: {
        '.': { type: 'object', description: 'One', properties: { port: { $ref: '#/$defs/port' } } },
      },
    },
  },
};
const rows = rowsOf(schema);

test('each key is a row, references included, a map through NAME', () => {
  expect(rows.map(({ key }) => key)).toEqual(['web', 'web.port', 'web.host', 'apps', 'apps.NAME', 'apps.NAME.port']);
  expect(rows[1]).toEqual({ key: 'web.port', type: 'integer 1–9', fallback: 8, description: 'a port' });
});

test('a reference to nothing is an error', () => {
  expect(() => rowsOf({ properties: { a: { $ref: '#/$defs/none' } } })).toThrow('#/$defs/none');
});

test('the table has a section for each key of the first level, and a bar in a cell does not end it', () => {
  const table = tableOf(rows);
  expect(table).toContain('### `web`\n\nThe web\n');
  expect(table).toContain('| `web.port` | integer 1–9 | `8` | a port |');
  expect(table).toContain('| `web.host` | string | `""` | a \\| b |');
});

test('the table goes between its marks, again and again', () => {
  const readme =
    'a\n<!-- values: written by `./halftone generate chart` from values.schema.json -->\nold\n<!-- /values -->\nb\n';
  const once = withTable(readme, 'new');
  expect(once).toContain('-->\n\nnew\n\n<!-- /values -->\nb\n');
  expect(withTable(once, 'new')).toBe(once);
  expect(() => withTable('no marks', 'new')).toThrow('needs the lines');
});

test('values.yaml and the schema that say the same give no complaint', () => {
  expect(driftOf(rows, { web: { port: 8, host: '' }, apps: { shop: { port: 1 } } })).toEqual([]);
});

test('a default that differs, a key that is unknown and one without words are named', () => {
  const silent = rowsOf({ properties: { quiet: { type: 'string', default: '' } } });
  expect(driftOf(rows, { web: { port: 7, host: '', extra: 1 }, apps: { shop: { prot: 1 } } })).toEqual([
    'web.port is 7 in values.yaml and 8 in the schema',
    'web.extra is in values.yaml and not in the schema',
    'apps.shop.prot is in values.yaml and not in the schema',
  ]);
  expect(driftOf(silent, { quiet: '' })).toEqual(['quiet has no description']);
});
