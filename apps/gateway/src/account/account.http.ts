import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ACCOUNTS, type AccountsClient } from '../clients';
import { SignedIn } from '../http/principal.guard';
import { present } from '../http/words';
import { accountView, meView } from './account.view';

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
