/** Kubernetes quantities (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/) as numbers. Pure. */
const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** Bytes of `512Mi`, cores of `250m`. Throws for other text. */
export function numberOf(quantity: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?(?:[eE]\d+)?)([A-Za-z]*)$/.exec(quantity) ?? [];
  const factor = factors[unit];
  if (digits === '' || factor === undefined) throw new Error(`"${quantity}" is no Kubernetes quantity`);
  return Number(digits) * factor;
}

export const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
