/** The roster entry of a customer at a process; a customer may be at several. */
export const memberOf = (instance: string, customer: string): string => `${instance} ${customer}`;

/** The customers of the entries, each once, sorted by name. */
export const customersOf = (members: readonly string[]): string[] => [
  ...new Set(members.map((member) => member.slice(member.indexOf(' ') + 1)).toSorted()),
];

export interface Change {
  customer: string;
  present: boolean;
}

/** The customers that left, then those that came. */
export function changesBetween(before: readonly string[], now: readonly string[]): Change[] {
  const [was, is] = [new Set(before), new Set(now)];
  return [
    ...before.filter((customer) => !is.has(customer)).map((customer) => ({ customer, present: false })),
    ...now.filter((customer) => !was.has(customer)).map((customer) => ({ customer, present: true })),
  ];
}
