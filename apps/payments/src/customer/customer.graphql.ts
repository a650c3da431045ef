import { pageLimit } from '@halftone/postgres';
import { requirePrincipal } from '@halftone/service';
import {
  Args,
  Directive,
  Field,
  Float,
  ID,
  Int,
  ObjectType,
  Parent,
  Query,
  registerEnumType,
  ResolveField,
  ResolveReference,
  Resolver,
} from '@nestjs/graphql';
import { PaymentType, toGraph } from '../payment/payment.graphql';
import { PaymentQueries } from '../payment/payment-query.service';
import type { Role } from './customer';
import { CustomerService } from './customer.service';

const RoleEnum = { CUSTOMER: 'customer', OPERATOR: 'operator' } as const satisfies Record<string, Role>;
registerEnumType(RoleEnum, { name: 'Role' });

@ObjectType('Customer')
@Directive('@key(fields: "id")')
export class CustomerType {
  @Field(() => ID) id!: string;
  @Field(() => String) name!: string;
  @Field(() => RoleEnum) role!: Role;
  @Field(() => Float, { description: 'what the wallet holds, in minor units' }) balance!: number;
  @Field(() => String) currency!: string;
}

@Resolver(() => CustomerType)
export class CustomerGraphql {
  constructor(
    private readonly customers: CustomerService,
    private readonly payments: PaymentQueries,
  ) {}

  @Query(() => CustomerType, { description: 'who asks' })
  me(): Promise<CustomerType> {
    return this.customers.get(requirePrincipal().customer);
  }

  @ResolveReference()
  async reference({ id }: { id: string }): Promise<CustomerType | null> {
    return (await this.customers.find(requirePrincipal(), id)) ?? null;
  }

  @ResolveField('payments', () => [PaymentType], { description: 'newest first' })
  async paymentsOf(
    @Parent() { id }: CustomerType,
    @Args('limit', { type: () => Int, defaultValue: 20 }) limit: number,
  ): Promise<PaymentType[]> {
    return (await this.payments.listOf(requirePrincipal(), id, pageLimit(limit))).map(toGraph);
  }
}
