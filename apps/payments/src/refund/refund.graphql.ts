import { paymentsV1 } from '@halftone/contracts';
import { batched, wireEnum } from '@halftone/graphql';
import { Field, Float, GraphQLISODateTime, ID, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { PaymentType } from '../payment/payment.graphql';
import type { Refund } from './refund';
import { RefundService } from './refund.service';

const RefundStatusEnum = wireEnum('RefundStatus', paymentsV1.RefundStatus);

@ObjectType('Refund')
export class RefundType {
  @Field(() => ID) id!: string;
  @Field(() => RefundStatusEnum) status!: Refund['status'];
  @Field(() => Float, { description: 'minor units' }) amount!: number;
  @Field(() => String) currency!: string;
  @Field(() => String, { description: "the requester's own words" }) reason!: string;
  @Field(() => GraphQLISODateTime) createdAt!: Date;
}

/** The refunds of a payment. */
@Resolver(() => PaymentType)
export class RefundGraphql {
  private readonly byPayment = batched(async (paymentIds: readonly string[]) => {
    const found = await this.service.ofPayments(paymentIds);
    return Map.groupBy(found, ({ paymentId }) => paymentId);
  });

  constructor(private readonly service: RefundService) {}

  @ResolveField('refunds', () => [RefundType], { description: 'oldest first' })
  async refunds(@Parent() { id }: PaymentType): Promise<RefundType[]> {
    return (await this.byPayment(id)) ?? [];
  }
}
