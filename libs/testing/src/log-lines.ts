/**
 * The lines that this process logs while `work` runs. Log lines are written synchronously; under jest, pino writes to
 * process.stdout.
 */
export async function logLines(work: () => Promise<unknown>): Promise<string[]> {
  const written = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await work();
    return written.mock.calls.map(([text]) => String(text));
  } finally {
    written.mockRestore();
  }
}
