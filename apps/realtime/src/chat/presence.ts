/** How the rosters name somebody: the customer, and the process in which it is; it may be in several. */
export const memberOf = (instance: string, customer: string): string => `${instance} ${customer}`;

/** The customers among members, each once, in the order of their names. */
export const customersOf = (members: readonly string[]): string[] => [
  ...new Set(members.map((member) => member.slice(member.indexOf(' ') + 1)).toSorted()),
];

export interface Change {
  customer: string;
  present: boolean;
}

/** Who left, then who came. */
export function changesBetween(before: readonly string[], now: readonly string[]): Change[] {
  const [was, is] = [new Set(before), new Set(now)];
  return [
    ...before.filter((customer) => !is.has(customer)).map((customer) => ({ customer, present: false })),
    ...now.filter((customer) => !was.has(customer)).map((customer) => ({ customer, present: true })),
  ];
}
