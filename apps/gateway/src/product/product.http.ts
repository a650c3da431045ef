import { createHash } from 'node:crypto';
import { Controller, Get, Header, Headers, Inject, Res } from '@nestjs/common';
import { ORDERS, type OrdersClient } from '../clients';
import { etagOf, fresh } from '../http/etag';
import type { EdgeReply } from '../http/reply';

/** The catalogue is the same for everybody, so caches may keep it; its ETag is the hash of what it says. */
@Controller('v1/products')
export class ProductHttp {
  constructor(@Inject(ORDERS) private readonly orders: OrdersClient) {}

  @Get()
  @Header('Cache-Control', 'public, max-age=3600')
  async list(@Headers('if-none-match') held: string | undefined, @Res({ passthrough: true }) reply: EdgeReply) {
    const { products } = await this.orders.listProducts({});
    const body = {
      items: products.map(({ id, name, price, currency }) => ({ id, name, price, currency })),
      next: null,
    };
    const tag = createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 22);
    return fresh(reply, held, etagOf(tag), body);
  }
}
