import { enumOf, paymentsV1 } from '@halftone/contracts';
import type { Customer, CustomerWithBalance } from './customer';

export const identityToWire = ({ id, name, role }: Customer): paymentsV1.VerifyPasswordResponse => ({
  customer: id,
  name,
  role: enumOf(paymentsV1.Role, role),
});

export const accountToWire = ({ balance, currency, ...customer }: CustomerWithBalance): paymentsV1.Account => ({
  ...identityToWire(customer),
  balance,
  currency,
});
