import { ordersV1 } from '@halftone/contracts';
import { GrpcController } from '@halftone/grpc';
import { catalogue } from './product';

@GrpcController(ordersV1.OrdersServiceService)
export class ProductGrpc {
  async listProducts(): Promise<ordersV1.ListProductsResponse> {
    return { products: [...catalogue] };
  }
}
