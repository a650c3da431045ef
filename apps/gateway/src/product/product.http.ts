import { createHash } from 'node:crypto';
import type { ordersV1 } from '@halftone/contracts';
import { Body, Controller, Get, Header, Headers, Inject, Param, Put, Res } from '@nestjs/common';
import { ORDERS, type OrdersClient } from '../clients';
import { etagOf, fresh } from '../http/etag';
import { SignedIn } from '../http/principal.guard';
import type { EdgeReply } from '../http/reply';
import { present } from '../http/words';
import { availabilityBody, type AvailabilityBody } from './product.schema';

/**
 * The catalogue is the same for everybody, so caches may keep it, though not for long: what the print lab can make changes. Its ETag is
 * the hash of what it says.
 */
@Controller('v1/products')
export class ProductHttp {
  constructor(@Inject(ORDERS) private readonly orders: OrdersClient) {}

  @Get()
  @Header('Cache-Control', 'public, max-age=60')
  async list(@Headers('if-none-match') held: string | undefined, @Res({ passthrough: true }) reply: EdgeReply) {
    const { products } = await this.orders.listProducts({});
    const body = { items: products.map(productView), next: null };
    const tag = createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 22);
    return fresh(reply, held, etagOf(tag), body);
  }

  /** For operators. May be said any number of times. */
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
