import { pageLimit } from '@halftone/postgres';
import { requirePrincipal } from '@halftone/service';
import {
  Args,
  Directive,
  Field,
  Float,
  GraphQLISODateTime,
  ID,
  Int,
  ObjectType,
  Parent,
  ResolveField,
  ResolveReference,
  Resolver,
} from '@nestjs/graphql';
import { NotificationService } from './notification.service';
import { toWire } from './wire';

@ObjectType('Notification')
export class NotificationType {
  @Field(() => ID) id!: string;
  @Field(() => Float, { description: '1..n per channel, without gap' }) seq!: number;
  @Field(() => String) type!: string;
  @Field(() => String) subject!: string;
  @Field(() => GraphQLISODateTime) time!: Date;
  @Field(() => String, { description: 'a JSON object' }) data!: string;
}

@ObjectType('Customer')
@Directive('@key(fields: "id")')
export class CustomerType {
  @Field(() => ID) id!: string;
}

/** What notifications add to a customer. Only one's own: any other customer has none here. */
@Resolver(() => CustomerType)
export class CustomerGraphql {
  constructor(private readonly notifications: NotificationService) {}

  @ResolveReference()
  reference({ id }: CustomerType): CustomerType {
    return { id };
  }

  @ResolveField('notifications', () => [NotificationType], { description: 'newest first' })
  async notificationsOf(
    @Parent() { id }: CustomerType,
    @Args('limit', { type: () => Int, defaultValue: 20 }) limit: number,
  ): Promise<NotificationType[]> {
    if (id !== requirePrincipal().customer) return [];
    const { items } = await this.notifications.list(id, pageLimit(limit), '');
    return items.map((notification) => ({ ...toWire(notification), time: notification.time }));
  }
}
