import { createHash } from 'node:crypto';
import type { ordersV1 } from '@halftone/contracts';
import { Body, Controller, Get, Header, Headers, Inject, Param, Put, Res } from '@nestjs/common';
import { ORDERS, type OrdersClient } from '../clients';
import { etagOf, unlessCached } from '../http/etag';
import { SignedIn } from '../http/principal.http';
import type { EdgeReply } from '../http/reply';
import { present } from '../http/words';
import { z } from 'zod';

const availabilityBody = z.strictObject({ available: z.boolean() }).meta({ id: 'Availability' });

type AvailabilityBody = z.infer<typeof availabilityBody>;

/**
 * The catalogue is the same for everybody, so it is cacheable, but not for long, because availability changes. Its ETag is
 * the hash of its content.
 */
@Controller('v1/products')
export class ProductHttp {
  constructor(@Inject(ORDERS) private readonly orders: OrdersClient) {}

  @Get()
  @Header('Cache-Control', 'public, max-age=60')
  async list(@Headers('if-none-match') ifNoneMatch: string | undefined, @Res({ passthrough: true }) reply: EdgeReply) {
    const { products } = await this.orders.listProducts({});
    const body = { items: products.map(productView), next: null };
    const tag = createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 22);
    return unlessCached(reply, ifNoneMatch, etagOf(tag), body);
  }

  /** For operators. Idempotent. */
  @Put(':id/availability')
  @SignedIn()
  async setAvailability(
    @Param('id') product: string,
    @Body({ schema: availabilityBody }) { available }: AvailabilityBody,
  ) {
    const answer = await this.orders.setProductAvailability({ product, available });
    return productView(present(answer.product));
  }
}

const productView = ({ id, name, price, currency, available }: ordersV1.Product) => ({
  id,
  name,
  price,
  currency,
  available,
});
