import { paymentsV1 } from '@halftone/contracts';
import { GrpcController } from '@halftone/grpc';
import { permittedCaller } from '@halftone/service';
import { CustomerService } from '../customer/customer.service';
import { accountToWire, identityToWire } from '../customer/wire';
import { type Grant, TokenFamilyService } from '../token-family/token-family.service';
import { accountsRequests } from '../requests.schema';

@GrpcController(paymentsV1.AccountsServiceService, accountsRequests)
export class AccountGrpc {
  constructor(
    private readonly customers: CustomerService,
    private readonly families: TokenFamilyService,
  ) {}

  async verifyPassword({
    customer,
    password,
  }: paymentsV1.VerifyPasswordRequest): Promise<paymentsV1.VerifyPasswordResponse> {
    return identityToWire(await this.customers.verify(customer, password));
  }

  async signIn({ customer, password }: paymentsV1.SignInRequest): Promise<paymentsV1.SignInResponse> {
    return { grant: grantToWire(await this.families.open(await this.customers.verify(customer, password))) };
  }

  async rotateRefreshToken({
    family,
    generation,
    idempotencyKey,
  }: paymentsV1.RotateRefreshTokenRequest): Promise<paymentsV1.RotateRefreshTokenResponse> {
    return { grant: grantToWire(await this.families.rotate(family, generation, idempotencyKey)) };
  }

  async revokeTokenFamily({
    family,
  }: paymentsV1.RevokeTokenFamilyRequest): Promise<paymentsV1.RevokeTokenFamilyResponse> {
    await this.families.revoke(family);
    return {};
  }

  async getAccount(): Promise<paymentsV1.GetAccountResponse> {
    return { account: accountToWire(await this.customers.get(permittedCaller('payments.GetAccount').customer)) };
  }
}

const grantToWire = ({ family, customer }: Grant): paymentsV1.Grant => ({
  ...identityToWire(customer),
  family: family.id,
  generation: family.generation,
  issuedAt: family.rotatedAt,
  expiresAt: family.expiresAt,
});
