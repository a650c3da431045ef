import { paymentsV1 } from '@halftone/contracts';
import { limitArgument, wireEnum } from '@halftone/graphql';
import { pageLimit } from '@halftone/postgres';
import { permittedCaller } from '@halftone/service';
import { Args, Field, Float, GraphQLISODateTime, ID, Mutation, ObjectType, Query, Resolver } from '@nestjs/graphql';
import type { RefundRequest, RefundRequestStatus } from './refund-request';
import { RefundRequestService } from './refund-request.service';

const StatusEnum = wireEnum('RefundRequestStatus', paymentsV1.RefundRequestStatus);

@ObjectType('RefundRequest', { description: "a customer's request for a refund, and the operator's answer" })
export class RefundRequestType {
  @Field(() => ID) id!: string;
  @Field(() => ID) paymentId!: string;
  @Field(() => ID, { nullable: true }) orderId!: string | null;
  @Field(() => String) customer!: string;
  @Field(() => StatusEnum) status!: RefundRequestStatus;
  @Field(() => Float, { nullable: true, description: 'minor units; null means the remainder' }) amount!: number | null;
  @Field(() => String) currency!: string;
  @Field(() => String) reason!: string;
  @Field(() => String, { nullable: true, description: 'why it was refused' }) answer!: string | null;
  @Field(() => ID, { nullable: true, description: 'the refund of an approved request' }) refundId!: string | null;
  @Field(() => GraphQLISODateTime) createdAt!: Date;
  @Field(() => GraphQLISODateTime, { nullable: true }) answeredAt!: Date | null;
}

/** A customer sees their own requests, an operator sees all. Only an operator can answer one; others get FORBIDDEN. */
@Resolver(() => RefundRequestType)
export class RefundRequestGraphql {
  constructor(private readonly requests: RefundRequestService) {}

  @Query(() => [RefundRequestType], { nullable: true, description: 'newest first' })
  async refundRequests(
    @Args('status', { type: () => StatusEnum, nullable: true }) status: RefundRequestStatus | null,
    @Args('limit', limitArgument) limit: number | null,
  ): Promise<RefundRequestType[]> {
    const filter = { status: status ?? undefined };
    return (
      await this.requests.list(permittedCaller('payments.ListRefundRequests'), filter, pageLimit(limit), '')
    ).items.map(toGraph);
  }

  @Mutation(() => RefundRequestType, { nullable: true, description: 'makes the requested refund' })
  async approveRefund(@Args('id', { type: () => ID }) id: string): Promise<RefundRequestType> {
    return toGraph(await this.requests.approve(permittedCaller('payments.ApproveRefund'), id));
  }

  @Mutation(() => RefundRequestType, { nullable: true })
  async refuseRefund(
    @Args('id', { type: () => ID }) id: string,
    @Args('reason', { type: () => String, description: 'for the customer, 1 to 200 characters' }) reason: string,
  ): Promise<RefundRequestType> {
    return toGraph(await this.requests.refuse(permittedCaller('payments.RefuseRefund'), id, reason));
  }
}

const toGraph = (request: RefundRequest): RefundRequestType => ({
  id: request.id,
  paymentId: request.paymentId,
  orderId: request.orderId,
  customer: request.customer,
  status: request.status,
  amount: request.amount || null,
  currency: request.currency,
  reason: request.reason,
  answer: request.status === 'refused' ? request.answer : null,
  refundId: request.status === 'approved' ? request.refundId : null,
  createdAt: request.createdAt,
  answeredAt: request.status === 'open' ? null : request.answeredAt,
});
