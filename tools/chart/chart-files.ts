/** The chart's own files, read as they are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../os/config.ts';
import type { Schema } from './schema.ts';

export const chart = join(root, 'helm/halftone');
export const readmeFile = join(chart, 'README.md');

export const readSchema = (): Schema => JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8')) as Schema;

export const readValues = (): Record<string, unknown> =>
  parse(readFileSync(join(chart, 'values.yaml'), 'utf8')) as Record<string, unknown>;

export const readReadme = (): string => readFileSync(readmeFile, 'utf8');
