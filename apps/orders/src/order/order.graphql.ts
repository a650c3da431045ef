import { ordersV1 } from '@halftone/contracts';
import { batched, limitArgument, wireEnum } from '@halftone/graphql';
import { pageLimit } from '@halftone/postgres';
import { permittedCaller, requirePrincipal } from '@halftone/service';
import {
  Args,
  Directive,
  Field,
  Float,
  GraphQLISODateTime,
  ID,
  Int,
  ObjectType,
  Query,
  ResolveReference,
  Resolver,
} from '@nestjs/graphql';
import { type Order, type OrderLine, reasonOf } from './order';
import { OrderService } from './order.service';
import type { OrderStatus } from './status';

const OrderStatusEnum = wireEnum('OrderStatus', ordersV1.OrderStatus);

const PaymentMethodEnum = wireEnum('PaymentMethod', ordersV1.PaymentMethod);

/** A reference to an entity of the images service; only its id is known here. */
@ObjectType('Image')
@Directive('@key(fields: "id", resolvable: false)')
export class ImageReference {
  @Field(() => ID) id!: string;
}

@ObjectType('OrderLine')
export class OrderLineType {
  @Field(() => ImageReference, { nullable: true }) image!: ImageReference;
  @Field(() => String) product!: string;
  @Field(() => Int) quantity!: number;
  @Field(() => Float, { description: 'minor units' }) unitPrice!: number;
}

@ObjectType('Order')
@Directive('@key(fields: "id")')
export class OrderType {
  @Field(() => ID) id!: string;
  @Field(() => OrderStatusEnum) status!: OrderStatus;
  @Field(() => Float, { description: 'minor units' }) total!: number;
  @Field(() => String) currency!: string;
  @Field(() => [OrderLineType]) lines!: OrderLineType[];
  @Field(() => Int, { description: 'grows by one with each event of the order' }) version!: number;
  @Field(() => String, { nullable: true, description: 'why the order failed, was cancelled or refunded' }) reason!:
    string | null;
  @Field(() => PaymentMethodEnum) paymentMethod!: Order['payment'];
  @Field(() => GraphQLISODateTime) createdAt!: Date;
}

@Resolver(() => OrderType)
export class OrderGraphql {
  private readonly byId = batched(async (ids: readonly string[]) => {
    const found = await this.orders.find(requirePrincipal(), ids);
    return new Map(found.map((order) => [order.id, toGraph(order)]));
  });

  constructor(private readonly orders: OrderService) {}

  @Query(() => OrderType, { nullable: true })
  async order(@Args('id', { type: () => ID }) id: string): Promise<OrderType> {
    return toGraph(await this.orders.get(permittedCaller('orders.GetOrder'), id));
  }

  @Query(() => [OrderType], { name: 'orders', nullable: true, description: 'newest first' })
  async list(@Args('limit', limitArgument) limit: number | null): Promise<OrderType[]> {
    const { items } = await this.orders.list(permittedCaller('orders.ListOrders'), pageLimit(limit), '');
    return items.map(toGraph);
  }

  @ResolveReference()
  reference({ id }: { id: string }): Promise<OrderType | null> {
    return this.byId(id);
  }
}

export const toGraph = (order: Order): OrderType => ({
  id: order.id,
  status: order.status,
  total: order.total,
  currency: order.currency,
  lines: order.lines.map(lineToGraph),
  version: order.version,
  reason: reasonOf(order) ?? null,
  paymentMethod: order.payment,
  createdAt: order.createdAt,
});

const lineToGraph = ({ imageId, product, quantity, unitPrice }: OrderLine): OrderLineType => ({
  image: { id: imageId },
  product,
  quantity,
  unitPrice,
});
