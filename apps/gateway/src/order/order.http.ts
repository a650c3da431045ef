import { enumOf, ordersV1 } from '@halftone/contracts';
import { Body, Controller, Get, Headers, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ORDERS, type OrdersClient } from '../clients';
import { etagOf, unlessCached } from '../http/etag';
import { page, pageQuery, type PageQuery } from '../http/page.http';
import { SignedIn } from '../http/principal.http';
import type { EdgeReply } from '../http/reply';
import { UuidPipe } from '../http/uuid.http';
import { present } from '../http/words';
import { IdempotencyKey, Idempotent, markReplay } from '../idempotency/idempotency.http';
import { orderView, placeOrderBody, type PlaceOrderBody } from './order.schema';

const orderId = new UuidPipe('ORDER_NOT_FOUND');

@Controller('v1/orders')
@SignedIn()
export class OrderHttp {
  constructor(@Inject(ORDERS) private readonly orders: OrdersClient) {}

  @Post()
  @Idempotent(placeOrderBody)
  async place(
    @Body({ schema: placeOrderBody }) body: PlaceOrderBody,
    @IdempotencyKey() idempotencyKey: string,
    @Res({ passthrough: true }) reply: EdgeReply,
  ) {
    const request = { lines: body.lines, payment: enumOf(ordersV1.PaymentMethod, body.payment), idempotencyKey };
    const { order, replayed } = await this.orders.placeOrder(request);
    const view = orderView(present(order));
    markReplay(reply, replayed).header('location', `/v1/orders/${view.id}`).header('etag', etagOf(view.version));
    return view;
  }

  @Get()
  async list(@Query({ schema: pageQuery }) query: PageQuery, @Res({ passthrough: true }) reply: EdgeReply) {
    const { orders, nextCursor } = await this.orders.listOrders(query);
    return page(reply, '/v1/orders', { limit: query.limit }, orders.map(orderView), nextCursor);
  }

  @Get(':id')
  async get(
    @Param('id', orderId) id: string,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: EdgeReply,
  ) {
    const { order } = await this.orders.getOrder({ id });
    const view = orderView(present(order));
    return unlessCached(reply, ifNoneMatch, etagOf(view.version), view);
  }
}
