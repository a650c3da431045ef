import { limitArgument } from '@halftone/graphql';
import { pageLimit } from '@halftone/postgres';
import { requirePrincipal } from '@halftone/service';
import {
  Args,
  Directive,
  Field,
  Float,
  GraphQLISODateTime,
  ID,
  ObjectType,
  Parent,
  ResolveField,
  ResolveReference,
  Resolver,
} from '@nestjs/graphql';
import { NotificationService } from './notification.service';
import { toWire } from './notification';

@ObjectType('Notification')
export class NotificationType {
  @Field(() => ID) id!: string;
  @Field(() => Float, { description: '1..n per channel, without gaps' }) seq!: number;
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

/** Adds notifications to `Customer`. Another customer's list is always empty. */
@Resolver(() => CustomerType)
export class CustomerGraphql {
  constructor(private readonly notifications: NotificationService) {}

  @ResolveReference()
  reference({ id }: CustomerType): CustomerType {
    return { id };
  }

  @ResolveField('notifications', () => [NotificationType], { nullable: true, description: 'newest first' })
  async notificationsOf(
    @Parent() { id }: CustomerType,
    @Args('limit', limitArgument) limit: number | null,
  ): Promise<NotificationType[]> {
    if (id !== requirePrincipal().customer) return [];
    const { items } = await this.notifications.list(id, pageLimit(limit), '');
    return items.map((notification) => ({ ...toWire(notification), time: notification.time }));
  }
}
