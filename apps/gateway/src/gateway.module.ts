import { type DynamicModule, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { imagesV1, notificationsV1, ordersV1, paymentsV1 } from '@halftone/contracts';
import { grpcClient } from '@halftone/grpc';
import { RedisModule } from '@halftone/redis';
import { AccountHttp } from './account/account.http';
import { ACCOUNTS, IMAGES, NOTIFICATIONS, ORDERS, PAYMENTS } from './clients';
import { CONFIG, type GatewayConfig } from './config';
import { EventHttp } from './event/event.http';
import { MinuteLimiter } from './http/minute-limiter.service';
import { DeadlineInterceptor } from './http/deadline.http';
import { DownloadHttp } from './image/download.http';
import { ImageHttp } from './image/image.http';
import { UploadHttp } from './image/upload.http';
import { UploadRateLimiter } from './image/upload-rate-limiter.service';
import { NotificationHttp } from './notification/notification.http';
import { OrderHttp } from './order/order.http';
import { TimelineHttp } from './order/timeline.http';
import { PaymentHttp } from './payment/payment.http';
import { RefundHttp } from './payment/refund.http';
import { ProductHttp } from './product/product.http';
import { SignInLimiter } from './token/sign-in-limiter.service';
import { RefundRequestHttp } from './refund-request/refund-request.http';
import { TokenHttp } from './token/token.http';
import { TokenService } from './token/token.service';
import { TransferHttp } from './transfer/transfer.http';

const services = (config: GatewayConfig) => [
  ...grpcClient(ORDERS, ordersV1.OrdersServiceService, { url: config.ORDERS_GRPC }),
  ...grpcClient(PAYMENTS, paymentsV1.PaymentsServiceService, { url: config.PAYMENTS_GRPC }),
  ...grpcClient(ACCOUNTS, paymentsV1.AccountsServiceService, { url: config.PAYMENTS_GRPC }),
  ...grpcClient(IMAGES, imagesV1.ImagesServiceService, { url: config.IMAGES_GRPC }),
  ...grpcClient(NOTIFICATIONS, notificationsV1.NotificationsServiceService, { url: config.NOTIFICATIONS_GRPC }),
];

@Module({})
export class GatewayModule {
  static forRoot(config: GatewayConfig): DynamicModule {
    return {
      module: GatewayModule,
      imports: [RedisModule.forRoot({ url: config.REDIS_URL })],
      controllers: [
        TokenHttp,
        AccountHttp,
        ProductHttp,
        UploadHttp,
        DownloadHttp,
        ImageHttp,
        OrderHttp,
        TimelineHttp,
        PaymentHttp,
        RefundHttp,
        RefundRequestHttp,
        TransferHttp,
        NotificationHttp,
        EventHttp,
      ],
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: APP_INTERCEPTOR, useClass: DeadlineInterceptor },
        TokenService,
        SignInLimiter,
        MinuteLimiter,
        { provide: UploadRateLimiter, useValue: new UploadRateLimiter(config.UPLOAD_BYTES_PER_SECOND) },
        ...services(config),
      ],
    };
  }
}
