import { batched } from '@halftone/graphql';
import { requirePrincipal } from '@halftone/service';
import {
  Directive,
  Field,
  Float,
  GraphQLISODateTime,
  ID,
  ObjectType,
  registerEnumType,
  ResolveReference,
  Resolver,
} from '@nestjs/graphql';
import type { Payment, PaymentMethod } from './payment';
import { PaymentQueries } from './payment-query.service';

const PaymentStatusEnum = { PENDING: 'pending', CAPTURED: 'captured', DECLINED: 'declined' } as const satisfies Record<
  string,
  Payment['status']
>;
registerEnumType(PaymentStatusEnum, { name: 'PaymentStatus' });

const PaymentMethodEnum = { WALLET: 'wallet', BANK: 'bank' } as const satisfies Record<string, PaymentMethod>;
registerEnumType(PaymentMethodEnum, { name: 'PaymentMethod' });

@ObjectType('Payment')
@Directive('@key(fields: "id")')
export class PaymentType {
  @Field(() => ID) id!: string;
  @Field(() => PaymentStatusEnum) status!: Payment['status'];
  @Field(() => PaymentMethodEnum) method!: PaymentMethod;
  @Field(() => Float, { description: 'minor units' }) amount!: number;
  @Field(() => String) currency!: string;
  @Field(() => String) description!: string;
  @Field(() => String, { nullable: true, description: 'why the payment was declined' }) reason!: string | null;
  @Field(() => Float, { description: 'minor units that were given back so far' }) refunded!: number;
  @Field(() => GraphQLISODateTime) createdAt!: Date;
}

@Resolver(() => PaymentType)
export class PaymentGraphql {
  private readonly byId = batched(async (ids: readonly string[]) => {
    const found = await this.payments.find(requirePrincipal(), ids);
    return new Map(found.map((payment) => [payment.id, toGraph(payment)]));
  });

  constructor(private readonly payments: PaymentQueries) {}

  @ResolveReference()
  reference({ id }: { id: string }): Promise<PaymentType | null> {
    return this.byId(id);
  }
}

export const toGraph = (payment: Payment): PaymentType => ({
  id: payment.id,
  status: payment.status,
  method: payment.method,
  amount: payment.amount,
  currency: payment.currency,
  description: payment.description,
  reason: payment.status === 'declined' ? payment.reason : null,
  refunded: payment.refunded,
  createdAt: payment.createdAt,
});
