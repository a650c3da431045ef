/** Go, from PATH or where its installer puts it. */
import { existsSync } from 'node:fs';
import { findProgram } from './command.ts';

const usual = '/usr/local/go/bin/go';

export const findGo = (): string | undefined => findProgram('go') ?? (existsSync(usual) ? usual : undefined);
