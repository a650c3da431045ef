import { randomUUID } from 'node:crypto';
import { Body, Controller, Header, Headers, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { paymentsV1, wordOf } from '@halftone/contracts';
import { isDomainError } from '@halftone/kernel';
import { addressOf } from '@halftone/service';
import type { IncomingMessage } from 'node:http';
import { ACCOUNTS, type AccountsClient } from '../clients';
import { present } from '../http/words';
import { parseIdempotencyKey } from '../idempotency/idempotency-key';
import { SignInLimiter } from './sign-in-limiter.service';
import { type Password, revocationBody, type RevocationBody, tokenBody, type TokenBody } from './token.schema';
import { type Grant, TokenService, type Tokens } from './token.service';

@Controller('v1/tokens')
export class TokenHttp {
  constructor(
    private readonly tokens: TokenService,
    private readonly limiter: SignInLimiter,
    @Inject(ACCOUNTS) private readonly accounts: AccountsClient,
  ) {}

  @Post()
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  async create(
    @Req() request: IncomingMessage,
    @Headers('idempotency-key') key: string | undefined,
    @Body({ schema: tokenBody }) body: TokenBody,
  ): Promise<Tokens> {
    const grant =
      'refreshToken' in body
        ? await this.rotate(body.refreshToken, key)
        : await this.limiter.run({ customer: body.customer, address: addressOf(request) }, () => this.signIn(body));
    return this.tokens.issue(grant);
  }

  /** Revoking an invalid token is not an error: it is already unusable (RFC 7009 §2.2). */
  @Post('revocation')
  @HttpCode(204)
  @Header('Cache-Control', 'no-store')
  async revoke(@Body({ schema: revocationBody }) { refreshToken }: RevocationBody): Promise<void> {
    const token = await this.tokens.read(refreshToken).catch(ignoreRefusal);
    if (token) await this.accounts.revokeTokenFamily({ family: token.family });
  }

  private async signIn(credentials: Password): Promise<Grant> {
    const { grant } = await this.accounts.signIn(credentials);
    return grantOf(present(grant));
  }

  /** Creates a key if the client sent none, because the gRPC call itself may be retried. */
  private async rotate(refreshToken: string, key: string | undefined): Promise<Grant> {
    const idempotencyKey = key === undefined ? randomUUID() : parseIdempotencyKey(key);
    const token = await this.tokens.read(refreshToken);
    const { grant } = await this.accounts.rotateRefreshToken({ ...token, idempotencyKey });
    return grantOf(present(grant));
  }
}

function grantOf({ customer, role, family, generation, issuedAt, expiresAt }: paymentsV1.Grant): Grant {
  const principal = { customer, role: wordOf(paymentsV1.Role, role) ?? 'customer' };
  return { principal, family, generation, issuedAt: present(issuedAt), expiresAt: present(expiresAt) };
}

function ignoreRefusal(error: unknown): undefined {
  if (!isDomainError(error)) throw error;
}
