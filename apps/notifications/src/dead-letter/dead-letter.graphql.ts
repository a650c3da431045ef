import { pageLimit } from '@halftone/postgres';
import {
  Args,
  Field,
  GraphQLISODateTime,
  ID,
  Int,
  Mutation,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
} from '@nestjs/graphql';
import { DeadLetterService } from './dead-letter.service';
import { toWire } from './wire';

const DeadLetterState = { OPEN: 'open', REPLAYED: 'replayed', DROPPED: 'dropped' } as const;
type DeadLetterState = (typeof DeadLetterState)[keyof typeof DeadLetterState];
registerEnumType(DeadLetterState, { name: 'DeadLetterState' });

@ObjectType('DeadLetter', { description: 'an event that a consumer group could not handle' })
export class DeadLetterType {
  @Field(() => ID, { description: 'GROUP/OFFSET' }) id!: string;
  @Field(() => String) group!: string;
  @Field(() => DeadLetterState) state!: DeadLetterState;
  @Field(() => String, { description: 'a stable code, or the name of an unforeseen error' }) reason!: string;
  @Field(() => String) message!: string;
  @Field(() => Int, { description: 'how often its handler was called' }) attempts!: number;
  @Field(() => GraphQLISODateTime, { description: 'when it was given up' }) time!: Date;
  @Field(() => String) topic!: string;
  @Field(() => Int) partition!: number;
  @Field(() => String) offset!: string;
  @Field(() => String, { nullable: true }) key!: string | null;
  @Field(() => ID, { nullable: true }) eventId!: string | null;
  @Field(() => String, { nullable: true }) type!: string | null;
  @Field(() => String, { nullable: true }) subject!: string | null;
  @Field(() => String, { nullable: true }) traceparent!: string | null;
  @Field(() => String, { nullable: true }) resolvedBy!: string | null;
  @Field(() => GraphQLISODateTime, { nullable: true }) resolvedAt!: Date | null;
}

/** Dead letters, for an operator; FORBIDDEN for everybody else. */
@Resolver(() => DeadLetterType)
export class DeadLetterGraphql {
  constructor(private readonly letters: DeadLetterService) {}

  @Query(() => [DeadLetterType], { description: 'newest first' })
  async deadLetters(
    @Args('group', { type: () => String, nullable: true }) group: string | null,
    @Args('state', { type: () => DeadLetterState, nullable: true }) state: DeadLetterState | null,
    @Args('limit', { type: () => Int, defaultValue: 20 }) limit: number,
  ): Promise<DeadLetterType[]> {
    const filter = { group: group ?? undefined, state: state ?? undefined };
    return (await this.letters.list(filter, pageLimit(limit))).map(toWire);
  }

  @Mutation(() => DeadLetterType, { description: 'sends the original again, to the group that gave it up' })
  async replayDeadLetter(@Args('id', { type: () => ID }) id: string): Promise<DeadLetterType> {
    return toWire(await this.letters.replay(id));
  }

  @Mutation(() => DeadLetterType, { description: 'notes that nothing is to be done about it' })
  async dropDeadLetter(@Args('id', { type: () => ID }) id: string): Promise<DeadLetterType> {
    return toWire(await this.letters.drop(id));
  }
}
