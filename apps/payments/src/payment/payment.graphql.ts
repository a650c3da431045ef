import { paymentsV1 } from '@halftone/contracts';
import { batched, wireEnum } from '@halftone/graphql';
import { requirePrincipal } from '@halftone/service';
import {
  Directive,
  Field,
  Float,
  GraphQLISODateTime,
  ID,
  ObjectType,
  ResolveReference,
  Resolver,
} from '@nestjs/graphql';
import type { Payment, PaymentMethod } from './payment';
import { PaymentQueryService } from './payment-query.service';

const PaymentStatusEnum = wireEnum('PaymentStatus', paymentsV1.PaymentStatus);

const PaymentMethodEnum = wireEnum('PaymentMethod', paymentsV1.PaymentMethod);

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
  @Field(() => Float, { description: 'completed refunds in minor units' }) refunded!: number;
  @Field(() => GraphQLISODateTime) createdAt!: Date;
}

@Resolver(() => PaymentType)
export class PaymentGraphql {
  private readonly byId = batched(async (ids: readonly string[]) => {
    const found = await this.payments.find(requirePrincipal(), ids);
    return new Map(found.map((payment) => [payment.id, toGraph(payment)]));
  });

  constructor(private readonly payments: PaymentQueryService) {}

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
