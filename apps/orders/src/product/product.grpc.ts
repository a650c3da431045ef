import { ordersV1 } from '@halftone/contracts';
import { GrpcController } from '@halftone/grpc';
import { permittedCaller } from '@halftone/service';
import { ProductService } from './product.service';
import { ordersRequests } from '../requests.schema';

type SetRequest = ordersV1.SetProductAvailabilityRequest;

@GrpcController(ordersV1.OrdersServiceService, ordersRequests)
export class ProductGrpc {
  constructor(private readonly products: ProductService) {}

  async listProducts(): Promise<ordersV1.ListProductsResponse> {
    return { products: await this.products.list() };
  }

  async setProductAvailability({ product, available }: SetRequest): Promise<ordersV1.SetProductAvailabilityResponse> {
    return {
      product: await this.products.setAvailability(
        permittedCaller('orders.SetProductAvailability'),
        product,
        available,
      ),
    };
  }
}
