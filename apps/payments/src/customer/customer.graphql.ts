import { paymentsV1 } from '@halftone/contracts';
import { limitArgument, wireEnum } from '@halftone/graphql';
import { pageLimit } from '@halftone/postgres';
import { permittedCaller, requirePrincipal } from '@halftone/service';
import {
  Args,
  Directive,
  Field,
  Float,
  ID,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  ResolveReference,
  Resolver,
} from '@nestjs/graphql';
import { PaymentType, toGraph } from '../payment/payment.graphql';
import { PaymentQueryService } from '../payment/payment-query.service';
import type { Role } from './customer';
import { CustomerService } from './customer.service';

const RoleEnum = wireEnum('Role', paymentsV1.Role);

@ObjectType('Customer')
@Directive('@key(fields: "id")')
export class CustomerType {
  @Field(() => ID) id!: string;
  @Field(() => String) name!: string;
  @Field(() => RoleEnum) role!: Role;
  @Field(() => Float, { description: "the wallet's balance in minor units" }) balance!: number;
  @Field(() => String) currency!: string;
}

@Resolver(() => CustomerType)
export class CustomerGraphql {
  constructor(
    private readonly customers: CustomerService,
    private readonly payments: PaymentQueryService,
  ) {}

  @Query(() => CustomerType, { nullable: true, description: 'the signed-in customer' })
  me(): Promise<CustomerType> {
    return this.customers.get(permittedCaller('payments.GetAccount').customer);
  }

  @ResolveReference()
  async reference({ id }: { id: string }): Promise<CustomerType | null> {
    return (await this.customers.find(requirePrincipal(), id)) ?? null;
  }

  @ResolveField('payments', () => [PaymentType], { nullable: true, description: 'newest first' })
  async paymentsOf(
    @Parent() { id }: CustomerType,
    @Args('limit', limitArgument) limit: number | null,
  ): Promise<PaymentType[]> {
    return (await this.payments.listOf(requirePrincipal(), id, pageLimit(limit))).map(toGraph);
  }
}
