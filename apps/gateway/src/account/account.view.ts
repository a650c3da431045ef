import { paymentsV1 } from '@halftone/contracts';
import { word } from '../http/words';

export const meView = ({ customer, name, role }: paymentsV1.Account) => ({
  customer,
  name,
  role: word(paymentsV1.Role, role),
});

export const accountView = ({ customer, balance, currency }: paymentsV1.Account) => ({ customer, balance, currency });
