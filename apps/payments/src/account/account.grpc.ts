import { paymentsV1 } from '@halftone/contracts';
import { GrpcController } from '@halftone/grpc';
import { requirePrincipal } from '@halftone/service';
import { CustomerService } from '../customer/customer.service';
import { accountToWire, identityToWire } from '../customer/wire';

@GrpcController(paymentsV1.AccountsServiceService)
export class AccountGrpc {
  constructor(private readonly customers: CustomerService) {}

  async verifyPassword({
    customer,
    password,
  }: paymentsV1.VerifyPasswordRequest): Promise<paymentsV1.VerifyPasswordResponse> {
    return identityToWire(await this.customers.verify(customer, password));
  }

  async getAccount(): Promise<paymentsV1.GetAccountResponse> {
    return { account: accountToWire(await this.customers.get(requirePrincipal().customer)) };
  }
}
