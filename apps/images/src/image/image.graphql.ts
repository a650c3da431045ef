import { imagesV1 } from '@halftone/contracts';
import { batched, wireEnum } from '@halftone/graphql';
import { permittedCaller, requirePrincipal } from '@halftone/service';
import {
  Args,
  Directive,
  Field,
  GraphQLISODateTime,
  ID,
  Int,
  ObjectType,
  Query,
  ResolveReference,
  Resolver,
} from '@nestjs/graphql';
import type { Image, ImageStatus } from './image';
import { ImageService } from './image.service';
import type { Rendition } from './rendition';

const ImageStatusEnum = wireEnum('ImageStatus', imagesV1.ImageStatus);

@ObjectType('Rendition', { description: 'A JPEG made of a photo; needs the same token as the graph to be fetched.' })
export class RenditionType {
  @Field(() => String) name!: string;
  @Field(() => Int) width!: number;
  @Field(() => Int) height!: number;
  @Field(() => Int, { description: 'bytes' }) size!: number;
  @Field(() => String) url!: string;
}

@ObjectType('Image')
@Directive('@key(fields: "id")')
export class ImageType {
  @Field(() => ID) id!: string;
  @Field(() => ImageStatusEnum) status!: ImageStatus;
  @Field(() => String) contentType!: string;
  @Field(() => Int) width!: number;
  @Field(() => Int) height!: number;
  @Field(() => Int, { description: '0 to 100' }) progress!: number;
  @Field(() => [RenditionType]) renditions!: RenditionType[];
  @Field(() => GraphQLISODateTime) createdAt!: Date;
}

@Resolver(() => ImageType)
export class ImageGraphql {
  /** Batches all lookups of a request into one query. Null if the photo is unknown or another customer's. */
  private readonly own: (id: string) => Promise<Image | null>;

  constructor(private readonly images: ImageService) {
    this.own = batched(async (ids) => {
      const found = await images.find(requirePrincipal().customer, ids);
      return new Map(found.map((image) => [image.id, image]));
    });
  }

  @Query(() => ImageType, { nullable: true })
  async image(@Args('id', { type: () => ID }) id: string): Promise<ImageType> {
    return toGraph(await this.images.get(permittedCaller('images.GetImage').customer, id));
  }

  @ResolveReference()
  async reference({ id }: { id: string }): Promise<ImageType | null> {
    const image = await this.own(id);
    return image && toGraph(image);
  }
}

export const toGraph = ({ id, contentType, width, height, createdAt, renditions, state }: Image): ImageType => ({
  id,
  contentType,
  width,
  height,
  createdAt,
  status: state.status,
  progress: state.progress,
  renditions: renditions.map((rendition) => renditionToGraph(id, rendition)),
});

const renditionToGraph = (id: string, { name, width, height, size }: Rendition): RenditionType => ({
  name,
  width,
  height,
  size,
  url: `/v1/images/${id}/renditions/${name}`,
});
