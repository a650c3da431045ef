import { batched } from '@halftone/graphql';
import { requirePrincipal } from '@halftone/service';
import { Directive, Field, ID, ObjectType, Parent, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import { PaymentType, toGraph } from './payment.graphql';
import { PaymentQueryService } from './payment-query.service';

@ObjectType('Order')
@Directive('@key(fields: "id")')
export class OrderType {
  @Field(() => ID) id!: string;
}

/** The payment of an order. */
@Resolver(() => OrderType)
export class OrderGraphql {
  private readonly byOrder = batched(async (orderIds: readonly string[]) => {
    const found = await this.payments.findByOrder(requirePrincipal(), orderIds);
    // Payments are oldest first, so the map keeps the latest one: the captured one, if any.
    return new Map(found.map((payment) => [payment.orderId ?? '', toGraph(payment)]));
  });

  constructor(private readonly payments: PaymentQueryService) {}

  @ResolveReference()
  reference({ id }: OrderType): OrderType {
    return { id };
  }

  @ResolveField('payment', () => PaymentType, {
    nullable: true,
    description: 'the latest payment; null before the first attempt',
  })
  payment(@Parent() { id }: OrderType): Promise<PaymentType | null> {
    return this.byOrder(id);
  }
}
