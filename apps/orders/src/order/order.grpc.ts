import { ordersV1 } from '@halftone/contracts';
import { GrpcController } from '@halftone/grpc';
import { pageLimit } from '@halftone/postgres';
import { requirePrincipal } from '@halftone/service';
import { OrderService } from './order.service';
import { entryToWire, toWire } from './wire';

@GrpcController(ordersV1.OrdersServiceService)
export class OrderGrpc {
  constructor(private readonly orders: OrderService) {}

  async placeOrder(request: ordersV1.PlaceOrderRequest): Promise<ordersV1.PlaceOrderResponse> {
    const { response, replayed } = await this.orders.place(requirePrincipal(), request);
    return { order: response, replayed };
  }

  async getOrder({ id }: ordersV1.GetOrderRequest): Promise<ordersV1.GetOrderResponse> {
    return { order: toWire(await this.orders.get(requirePrincipal(), id)) };
  }

  async listOrders({ limit, cursor }: ordersV1.ListOrdersRequest): Promise<ordersV1.ListOrdersResponse> {
    const { items, nextCursor } = await this.orders.list(requirePrincipal(), pageLimit(limit), cursor);
    return { orders: items.map(toWire), nextCursor };
  }

  async getOrderTimeline({ id }: ordersV1.GetOrderTimelineRequest): Promise<ordersV1.GetOrderTimelineResponse> {
    return { entries: (await this.orders.timeline(requirePrincipal(), id)).map(entryToWire) };
  }
}
