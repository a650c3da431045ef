/** The code with which `work` is refused; undefined when it is not. */
export function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return undefined;
}
