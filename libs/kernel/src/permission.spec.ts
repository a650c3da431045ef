import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isErrorCode } from './errors';
import {
  assertPermitted,
  commands,
  commandsAt,
  isOpenToAll,
  permissionCells,
  permitOf,
  endpointsOf,
  refusalOfRole,
} from './permission';
import type { Permission } from './permissions/row';
import { permissions } from './permissions/table';

test('a cell is looked up by caller and, where it matters, by state', () => {
  expect(permitOf('orders.CancelOrder', 'owner', 'paid')).toBe('ok');
  expect(permitOf('orders.CancelOrder', 'owner', 'shipped')).toBe('ORDER_TRANSITION_ILLEGAL');
  expect(permitOf('orders.CancelOrder', 'other', 'paid')).toBe('ORDER_NOT_FOUND');
  for (const [caller, state] of [
    ['owner', 'lost'],
    ['owner', undefined],
    ['saga', 'paid'],
  ] as const)
    expect(() => permitOf('orders.CancelOrder', caller, state)).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
});

test('assertPermitted throws the code of the cell', () => {
  const attempt = (state: string) => () => assertPermitted('payments.CreateRefund', { caller: 'owner', state }, 'why');
  expect(attempt('of no order')).not.toThrow();
  const refused = { code: 'REFUND_NEEDS_OPERATOR', message: 'why' };
  expect(attempt('of an order that is printed')).toThrow(expect.objectContaining(refused));
});

test('a role that is never allowed is known before anything is loaded', () => {
  expect(refusalOfRole('payments.ApproveRefund', 'customer')).toBe('FORBIDDEN');
  expect(refusalOfRole('payments.ApproveRefund', 'operator')).toBeUndefined();
  // An operator has orders and payments too.
  expect(refusalOfRole('payments.CreatePayment', 'operator')).toBeUndefined();
  expect([isOpenToAll('orders.ListProducts'), isOpenToAll('orders.ListOrders')]).toEqual([true, false]);
});

test('an endpoint may serve several commands, and an unknown one serves none', () => {
  const answers = ['payments.ApproveRefund', 'payments.RefuseRefund'];
  expect(commandsAt('REST PUT /v1/refund-requests/:id/answer')).toEqual(answers);
  expect(commandsAt('REST PUT /v1/orders')).toEqual([]);
  expect(endpointsOf('SOAP')).toEqual(['SOAP Debit', 'SOAP Credit', 'SOAP GetTransaction', 'SOAP GetBalance']);
});

test('every command has an endpoint, and every cell is ok or an error code', () => {
  const unreachable = commands.filter((command) => (permissions[command] as Permission).at.length === 0);
  expect(unreachable).toEqual([]);
  expect(permissionCells().filter(({ permit }) => permit !== 'ok' && !isErrorCode(permit))).toEqual([]);
});

/** One line per cell. docs/permissions.md shows them, and the end-to-end test tries them all. */
const lines = permissionCells().map(
  ({ command, caller, state, permit }) => `| ${command} | ${caller} | ${state || '-'} | ${permit} |`,
);
const endpointLines = commands.map(
  (command) => `| ${command} | ${(permissions[command] as Permission).at.join(', ')} |`,
);

test.each([
  ['cell', lines],
  ['endpoint', endpointLines],
])('docs/permissions.md lists each %s of the table and no other', (kind, wanted) => {
  const page = readFileSync(join(__dirname, '../../../docs/permissions.md'), 'utf8');
  const [, section = ''] = page.split(`<!-- ${kind}s -->`);
  const found = section
    .split('\n')
    .filter((line) => line.startsWith('| ') && line.includes('.'))
    .map((line) => line.replaceAll('`', '').replace(/ +/g, ' '));
  expect(found).toEqual(wanted);
});
