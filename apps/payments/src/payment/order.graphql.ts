import { batched } from '@halftone/graphql';
import { requirePrincipal } from '@halftone/service';
import { Directive, Field, ID, ObjectType, Parent, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import { PaymentType, toGraph } from './payment.graphql';
import { PaymentQueries } from './payment-query.service';

@ObjectType('Order')
@Directive('@key(fields: "id")')
export class OrderType {
  @Field(() => ID) id!: string;
}

/** What payments add to an order. */
@Resolver(() => OrderType)
export class OrderGraphql {
  private readonly byOrder = batched(async (orderIds: readonly string[]) => {
    const found = await this.payments.findByOrder(requirePrincipal(), orderIds);
    // Oldest first, so the latest stays: the one that was captured, if any was.
    return new Map(found.map((payment) => [payment.orderId ?? '', toGraph(payment)]));
  });

  constructor(private readonly payments: PaymentQueries) {}

  @ResolveReference()
  reference({ id }: OrderType): OrderType {
    return { id };
  }

  @ResolveField('payment', () => PaymentType, {
    nullable: true,
    description: 'the latest; absent until the order is paid, declined or the bank is asked',
  })
  payment(@Parent() { id }: OrderType): Promise<PaymentType | null> {
    return this.byOrder(id);
  }
}
