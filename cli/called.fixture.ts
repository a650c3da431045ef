/** Runs a command line in this process and records its exit code, its output and the arguments of its work, which is not done. */
import { halftone } from './registry/groups.ts';
import { runProgram } from './registry/program.ts';

export interface Called {
  code: number;
  stdout: string;
  stderr: string;
  /** The arguments that the work of the command would have got. */
  given: { options: object; args: readonly unknown[] } | undefined;
}

const recording = (stream: NodeJS.WriteStream, lines: string[]) =>
  jest.spyOn(stream, 'write').mockImplementation((text) => lines.push(String(text)) > 0);

/** With `work` it is done, for calls that are refused by it before it begins. */
export async function called(args: readonly string[], { work = false } = {}): Promise<Called> {
  const program = halftone();
  let given: Called['given'];
  if (!work)
    program.perform = (_, options, args) => {
      given = { options, args };
      return Promise.resolve(0);
    };
  const [out, err]: [string[], string[]] = [[], []];
  const spies = [recording(process.stdout, out), recording(process.stderr, err)];
  try {
    const code = await runProgram(program, args);
    return { code, stdout: out.join(''), stderr: err.join(''), given };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
