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
import { ImageType, toGraph } from './image.graphql';
import { ImageService } from './image.service';

@ObjectType('Customer')
@Directive('@key(fields: "id")')
export class CustomerType {
  @Field(() => ID) id!: string;
}

/** What photos add to a customer. Only one's own: any other customer has none here. */
@Resolver(() => CustomerType)
export class CustomerGraphql {
  constructor(private readonly images: ImageService) {}

  @ResolveReference()
  reference({ id }: CustomerType): CustomerType {
    return { id };
  }

  @ResolveField('images', () => [ImageType], { description: 'newest first' })
  async imagesOf(
    @Parent() { id }: CustomerType,
    @Args('limit', { type: () => Int, defaultValue: 20 }) limit: number,
  ): Promise<ImageType[]> {
    if (id !== requirePrincipal().customer) return [];
    const { items } = await this.images.list(id, pageLimit(limit), '');
    return items.map(toGraph);
  }
}
