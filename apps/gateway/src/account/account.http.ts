import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ACCOUNTS, type AccountsClient } from '../clients';
import { SignedIn } from '../http/principal.http';
import { present, word } from '../http/words';
import { paymentsV1 } from '@halftone/contracts';

@Controller('v1')
@SignedIn()
export class AccountHttp {
  constructor(@Inject(ACCOUNTS) private readonly accounts: AccountsClient) {}

  @Get('me')
  @Header('Cache-Control', 'no-store')
  async me() {
    const { account } = await this.accounts.getAccount({});
    return meView(present(account));
  }

  @Get('accounts/me')
  @Header('Cache-Control', 'no-store')
  async account() {
    const { account } = await this.accounts.getAccount({});
    return accountView(present(account));
  }
}

const meView = ({ customer, name, role }: paymentsV1.Account) => ({
  customer,
  name,
  role: word(paymentsV1.Role, role),
});

const accountView = ({ customer, balance, currency }: paymentsV1.Account) => ({ customer, balance, currency });
