import { ordersV1 } from '@halftone/contracts';
import { GrpcController } from '@halftone/grpc';
import { pageLimit } from '@halftone/postgres';
import { permittedCaller } from '@halftone/service';
import { OrderService } from './order.service';
import { entryToWire, toWire } from './wire';
import { ordersRequests } from '../requests.schema';

@GrpcController(ordersV1.OrdersServiceService, ordersRequests)
export class OrderGrpc {
  constructor(private readonly orders: OrderService) {}

  async placeOrder(request: ordersV1.PlaceOrderRequest): Promise<ordersV1.PlaceOrderResponse> {
    const { response, replayed } = await this.orders.place(permittedCaller('orders.PlaceOrder'), request);
    return { order: response, replayed };
  }

  async getOrder({ id }: ordersV1.GetOrderRequest): Promise<ordersV1.GetOrderResponse> {
    return { order: toWire(await this.orders.get(permittedCaller('orders.GetOrder'), id)) };
  }

  async listOrders({ limit, cursor }: ordersV1.ListOrdersRequest): Promise<ordersV1.ListOrdersResponse> {
    const { items, nextCursor } = await this.orders.list(
      permittedCaller('orders.ListOrders'),
      pageLimit(limit),
      cursor,
    );
    return { orders: items.map(toWire), nextCursor };
  }

  async getOrderTimeline({ id }: ordersV1.GetOrderTimelineRequest): Promise<ordersV1.GetOrderTimelineResponse> {
    return { entries: (await this.orders.timeline(permittedCaller('orders.GetOrderTimeline'), id)).map(entryToWire) };
  }

  async cancelOrder({ orderId, reason }: ordersV1.CancelOrderRequest): Promise<ordersV1.CancelOrderResponse> {
    return { order: toWire(await this.orders.cancel(permittedCaller('orders.CancelOrder'), orderId, reason)) };
  }
}
