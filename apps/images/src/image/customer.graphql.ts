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
import { ImageType, toGraph } from './image.graphql';
import { ImageService } from './image.service';

@ObjectType('Customer')
@Directive('@key(fields: "id")')
export class CustomerType {
  @Field(() => ID) id!: string;
}

/** Adds photos to `Customer`. Another customer's list is always empty. */
@Resolver(() => CustomerType)
export class CustomerGraphql {
  constructor(private readonly images: ImageService) {}

  @ResolveReference()
  reference({ id }: CustomerType): CustomerType {
    return { id };
  }

  @ResolveField('images', () => [ImageType], { nullable: true, description: 'newest first' })
  async imagesOf(
    @Parent() { id }: CustomerType,
    @Args('limit', limitArgument) limit: number | null,
  ): Promise<ImageType[]> {
    if (id !== requirePrincipal().customer) return [];
    const { items } = await this.images.list(id, pageLimit(limit), '');
    return items.map(toGraph);
  }
}
