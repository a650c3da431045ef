import { paymentsV1 } from '@halftone/contracts';
import type { Customer, Member, Role } from './customer';

const roles: Readonly<Record<Role, paymentsV1.Role>> = {
  customer: paymentsV1.Role.CUSTOMER,
  operator: paymentsV1.Role.OPERATOR,
};

export const identityToWire = ({ id, name, role }: Customer): paymentsV1.VerifyPasswordResponse => ({
  customer: id,
  name,
  role: roles[role],
});

export const accountToWire = ({ balance, currency, ...customer }: Member): paymentsV1.Account => ({
  ...identityToWire(customer),
  balance,
  currency,
});
