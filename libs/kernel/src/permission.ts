import { DomainError, type ErrorCode } from './errors';
import { type CallerKind, callerKinds, type Permission, type Permit } from './permissions/row';
import { type Command, permissions } from './permissions/table';

const rowOf = (command: Command): Permission => permissions[command];

/** The cell of the table. Throws INTERNAL for a caller or state without a cell. */
export function permitOf(command: Command, caller: CallerKind, state?: string): Permit {
  const cell = rowOf(command).may[caller];
  if (typeof cell === 'string') return cell;
  const permit = state === undefined ? undefined : cell?.[state];
  if (!permit)
    throw new DomainError('INTERNAL', `the permission table has no cell for ${command} ${caller} ${state ?? ''}`);
  return permit;
}

/** Throws the code of the cell unless it is `ok`; `why` is the message for people. */
export function assertPermitted(
  command: Command,
  { caller, state }: { caller: CallerKind; state?: string },
  why: string,
): void {
  const permit = permitOf(command, caller, state);
  if (permit !== 'ok') throw new DomainError(permit, why);
}

/** Whether the command needs no token. False when the answer depends on a state. */
export const isOpenToAll = (command: Command): boolean => rowOf(command).may.anonymous === 'ok';

/** The code if a customer or an operator is always refused; undefined if that depends on the object or is allowed. */
export function refusalOfRole(command: Command, role: 'customer' | 'operator'): ErrorCode | undefined {
  const { may } = rowOf(command);
  // An owner may do everything that another customer may.
  const cell = role === 'operator' ? may.operator : may.owner;
  return cell === 'FORBIDDEN' ? cell : undefined;
}

export const commands = Object.keys(permissions) as readonly Command[];

/** Every request and message looks up its commands here. */
const byEndpoint = new Map<string, Command[]>();
for (const command of commands)
  for (const endpoint of rowOf(command).at) byEndpoint.set(endpoint, [...(byEndpoint.get(endpoint) ?? []), command]);

/**
 * The commands that an endpoint serves, such as `REST PUT /v1/refund-requests/:id/answer`. Empty for an endpoint
 * without a row.
 */
export const commandsAt = (endpoint: string): readonly Command[] => byEndpoint.get(endpoint) ?? [];

/** Every endpoint of one protocol: `REST`, `gRPC`, `GraphQL`, `WebSocket`, `SOAP`. */
export const endpointsOf = (protocol: string): string[] =>
  [...byEndpoint.keys()].filter((endpoint) => endpoint.startsWith(`${protocol} `));

/** One cell of the table. */
interface PermissionCell {
  command: Command;
  caller: CallerKind;
  /** Empty when the state does not matter. */
  state: string;
  permit: Permit;
}

/** All cells, in the order of the table. */
export const permissionCells = (): PermissionCell[] =>
  commands.flatMap((command) =>
    callerKinds.flatMap((caller) => {
      const cell = rowOf(command).may[caller];
      if (cell === undefined) return [];
      const states = typeof cell === 'string' ? [['', cell] as const] : Object.entries(cell);
      return states.map(([state, permit]) => ({ command, caller, state, permit }));
    }),
  );
