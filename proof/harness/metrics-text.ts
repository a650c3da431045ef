/** Reads the text format of `/metrics` (Prometheus). Pure. */

export interface Sample {
  name: string;
  /** As written between the braces. Label values hold no quotes or commas here. */
  labels: string;
  value: number;
}

export const samplesIn = (text: string): Sample[] =>
  text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*?)\})? (\S+)/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, labels, value: Number(value) }];
  });

/** The sum over the series with these labels; undefined when there is none. */
export function sampleOf(
  text: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
  const values = samplesIn(text)
    .filter((sample) => sample.name === name && wanted.every((label) => sample.labels.split(',').includes(label)))
    .map(({ value }) => value);
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) : undefined;
}
