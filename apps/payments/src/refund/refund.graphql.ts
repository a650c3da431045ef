import { batched } from '@halftone/graphql';
import {
  Field,
  Float,
  GraphQLISODateTime,
  ID,
  ObjectType,
  Parent,
  registerEnumType,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import { PaymentType } from '../payment/payment.graphql';
import type { Refund } from './refund';
import { RefundService } from './refund.service';

const RefundStatusEnum = { PENDING: 'pending', COMPLETED: 'completed', FAILED: 'failed' } as const satisfies Record<
  string,
  Refund['status']
>;
registerEnumType(RefundStatusEnum, { name: 'RefundStatus' });

@ObjectType('Refund')
export class RefundType {
  @Field(() => ID) id!: string;
  @Field(() => RefundStatusEnum) status!: Refund['status'];
  @Field(() => Float, { description: 'minor units' }) amount!: number;
  @Field(() => String) currency!: string;
  @Field(() => String, { description: 'in the words of whoever asked for it' }) reason!: string;
  @Field(() => GraphQLISODateTime) createdAt!: Date;
}

/** What was given back of a payment. */
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
