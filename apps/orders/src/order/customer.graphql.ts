import { pageLimit } from '@halftone/postgres';
import { requirePrincipal } from '@halftone/service';
import {
  Args,
  Directive,
  Field,
  ID,
  Int,
  ObjectType,
  Parent,
  ResolveField,
  ResolveReference,
  Resolver,
} from '@nestjs/graphql';
import { OrderType, toGraph } from './order.graphql';
import { OrderService } from './order.service';

@ObjectType('Customer')
@Directive('@key(fields: "id")')
export class CustomerType {
  @Field(() => ID) id!: string;
}

/** What orders add to a customer. Whoever may not see them finds none. */
@Resolver(() => CustomerType)
export class CustomerGraphql {
  constructor(private readonly orders: OrderService) {}

  @ResolveReference()
  reference({ id }: CustomerType): CustomerType {
    return { id };
  }

  @ResolveField('orders', () => [OrderType], { description: 'newest first' })
  async ordersOf(
    @Parent() { id }: CustomerType,
    @Args('limit', { type: () => Int, defaultValue: 20 }) limit: number,
  ): Promise<OrderType[]> {
    return (await this.orders.listOf(requirePrincipal(), id, pageLimit(limit))).map(toGraph);
  }
}
