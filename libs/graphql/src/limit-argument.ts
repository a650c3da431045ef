import { type ArgsOptions, Int } from '@nestjs/graphql';

/** `limit: Int = 20` of a list; null is the same as absent. `pageLimit` validates it. */
export const limitArgument: ArgsOptions = {
  type: () => Int,
  nullable: true,
  defaultValue: 20,
  description: '1 to 100',
};
