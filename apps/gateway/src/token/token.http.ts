import { Body, Controller, Header, HttpCode, Inject, Post } from '@nestjs/common';
import { paymentsV1 } from '@halftone/contracts';
import type { Principal } from '@halftone/service';
import { ACCOUNTS, type AccountsClient } from '../clients';
import { tokenBody, type TokenBody } from './token.schema';
import { TokenService, type Tokens } from './token.service';

@Controller('v1/tokens')
export class TokenHttp {
  constructor(
    private readonly tokens: TokenService,
    @Inject(ACCOUNTS) private readonly accounts: AccountsClient,
  ) {}

  @Post()
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  async create(@Body({ schema: tokenBody }) body: TokenBody): Promise<Tokens> {
    const principal = 'refreshToken' in body ? await this.tokens.redeem(body.refreshToken) : await this.signIn(body);
    return this.tokens.issue(principal);
  }

  private async signIn(credentials: { customer: string; password: string }): Promise<Principal> {
    const { customer, role } = await this.accounts.verifyPassword(credentials);
    return { customer, role: role === paymentsV1.Role.OPERATOR ? 'operator' : 'customer' };
  }
}
