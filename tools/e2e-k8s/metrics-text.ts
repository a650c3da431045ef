/** One number out of the text that `/metrics` answers. Pure. */

/** The sum over the series with these labels; undefined when there is none. Values of labels hold no quotes or commas here. */
export function sampleOf(
  text: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
  const values = text.split('\n').flatMap((line) => {
    const [, found, inside = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
    return found === name && wanted.every((label) => inside.split(',').includes(label)) ? [Number(value)] : [];
  });
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) : undefined;
}
