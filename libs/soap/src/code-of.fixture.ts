/** The code of the error that `work` throws; undefined when it succeeds. */
export function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return undefined;
}
