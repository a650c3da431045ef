import { z } from 'zod';
import { serviceSettings, type ServiceSettings } from './settings';

/** Environment variables as Node gives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The parsed settings of a service: its own and the common ones. */
export type ConfigOf<S extends z.ZodRawShape> = z.output<z.ZodObject<Omit<ServiceSettings, keyof S> & S>>;

/** One line of `--print-config`. `value` is the effective value, hidden for secrets. */
export interface SettingRow {
  name: string;
  description: string;
  secret: boolean;
  required: boolean;
  default: string | undefined;
  value: string | undefined;
}

export interface ConfigProblem {
  path: string;
  message: string;
}

/** Lists every bad key, so a deployment can be repaired in one go. It never contains a value. */
export class ConfigInvalid extends Error {
  override readonly name = 'ConfigInvalid';

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  }
}

/** The only place of a service that reads the environment. */
export const environment = (): Environment => process.env;

const shapeOf = (settings: z.ZodRawShape): z.ZodRawShape => ({ ...serviceSettings, ...settings });

/** An empty variable counts as absent: compose files and charts mean that by `KEY=`. */
const given = (shape: z.ZodRawShape, env: Environment) =>
  Object.fromEntries(Object.keys(shape).flatMap((key) => (env[key] ? [[key, env[key]]] : [])));

const problemOf = ({ path, message }: z.core.$ZodIssue, values: Record<string, unknown>): ConfigProblem => {
  const name = path.join('.');
  return { path: name, message: name in values ? message : 'is required and has no default' };
};

/** Throws ConfigInvalid. */
export function parseConfig<S extends z.ZodRawShape>(settings: S, env: Environment): ConfigOf<S> {
  const shape = shapeOf(settings);
  const values = given(shape, env);
  const parsed = z.object(shape).safeParse(values);
  if (!parsed.success) throw new ConfigInvalid(parsed.error.issues.map((issue) => problemOf(issue, values)));
  const config = parsed.data as ConfigOf<S>;
  requireTimeToDrain(config as ConfigOf<Record<never, never>>);
  return config;
}

/** A lame-duck phase as long as the whole stop would leave no time for requests in flight. */
function requireTimeToDrain({ SHUTDOWN_LAME_DUCK_MS, SHUTDOWN_GRACE_MS }: ConfigOf<Record<never, never>>): void {
  if (SHUTDOWN_LAME_DUCK_MS === 0 || SHUTDOWN_LAME_DUCK_MS < SHUTDOWN_GRACE_MS) return;
  throw new ConfigInvalid([
    { path: 'SHUTDOWN_LAME_DUCK_MS', message: `is part of SHUTDOWN_GRACE_MS (${SHUTDOWN_GRACE_MS}) and must be less` },
  ]);
}

/** Metadata stays on the schema it was set on; wrapping it later (`.default()`, `.optional()`) hides it. */
function notesOf(schema: z.core.$ZodType): Record<string, unknown> {
  const { innerType, in: source } = schema._zod.def as { innerType?: z.core.$ZodType; in?: z.core.$ZodType };
  const inner = innerType ?? source;
  return { ...(inner && notesOf(inner)), ...z.globalRegistry.get(schema) };
}

const printed = (value: unknown) => (value === undefined ? undefined : String(value));

/** Every setting with its description, whether or not the environment is valid. */
export function describeConfig(settings: z.ZodRawShape, env: Environment): SettingRow[] {
  const shape = shapeOf(settings);
  const values = given(shape, env);
  return Object.entries(shape).map(([name, schema]) => {
    const notes = notesOf(schema);
    const secret = notes['secret'] === true;
    const fallback = z.safeParse(schema, undefined);
    const standard = fallback.success ? printed(fallback.data) : undefined;
    const value = values[name] ?? standard;
    return {
      name,
      description: String(notes['description'] ?? ''),
      secret,
      required: !fallback.success,
      default: standard,
      value: secret && value !== undefined ? '••••••' : value,
    };
  });
}
