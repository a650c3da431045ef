import { Body, Controller, Get, Headers, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ORDERS, type OrdersClient } from '../clients';
import { etagOf, fresh } from '../http/etag';
import { page } from '../http/page';
import { pageQuery, type PageQuery } from '../http/page.query';
import { SignedIn } from '../http/principal.guard';
import type { EdgeReply } from '../http/reply';
import { UuidPipe } from '../http/uuid.pipe';
import { present } from '../http/words';
import { markReplay } from '../idempotency/idempotency.interceptor';
import { IdempotencyKey, Idempotent } from '../idempotency/idempotent.decorator';
import { paymentMethods, placeOrderBody, type PlaceOrderBody } from './order.schema';
import { orderView } from './order.view';

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
    const request = { lines: body.lines, payment: paymentMethods[body.payment], idempotencyKey };
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
    @Headers('if-none-match') held: string | undefined,
    @Res({ passthrough: true }) reply: EdgeReply,
  ) {
    const { order } = await this.orders.getOrder({ id });
    const view = orderView(present(order));
    return fresh(reply, held, etagOf(view.version), view);
  }
}
