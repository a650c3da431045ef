import { type Command, commandsAt, DomainError, isOpenToAll, refusalOfRole } from '@halftone/kernel';
import { type Principal, requirePrincipal } from './call-context';

/**
 * The caller of this command. Throws UNAUTHENTICATED or TOKEN_EXPIRED, and FORBIDDEN for a role that the permission
 * table always refuses.
 */
export function permittedCaller(command: Command): Principal {
  const principal = requirePrincipal();
  const code = refusalOfRole(command, principal.role);
  if (code) throw new DomainError(code, 'only an operator may do that');
  return principal;
}

/**
 * Throws like `permittedCaller`, unless the caller may give one of the endpoint's commands. INTERNAL for an endpoint
 * without a row in the table, so that none is forgotten.
 */
export function assertEndpointPermitted(endpoint: string): void {
  const commands = commandsAt(endpoint);
  if (commands.length === 0) throw new DomainError('INTERNAL', `the permission table has no row for ${endpoint}`);
  if (commands.some(isOpenToAll)) return;
  const principal = requirePrincipal();
  const codes = commands.map((command) => refusalOfRole(command, principal.role));
  const [code] = codes;
  if (code && codes.every((each) => each !== undefined)) throw new DomainError(code, 'only an operator may do that');
}
