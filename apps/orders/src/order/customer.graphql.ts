import { limitArgument } from '@halftone/graphql';
import { pageLimit } from '@halftone/postgres';
import { requirePrincipal } from '@halftone/service';
import {
  Args,
  Directive,
  Field,
  ID,
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

/** Adds orders to `Customer`. A caller who may not see them gets an empty list. */
@Resolver(() => CustomerType)
export class CustomerGraphql {
  constructor(private readonly orders: OrderService) {}

  @ResolveReference()
  reference({ id }: CustomerType): CustomerType {
    return { id };
  }

  @ResolveField('orders', () => [OrderType], { nullable: true, description: 'newest first' })
  async ordersOf(
    @Parent() { id }: CustomerType,
    @Args('limit', limitArgument) limit: number | null,
  ): Promise<OrderType[]> {
    return (await this.orders.listOf(requirePrincipal(), id, pageLimit(limit))).map(toGraph);
  }
}
