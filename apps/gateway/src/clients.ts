import { imagesV1, notificationsV1, ordersV1, paymentsV1 } from '@halftone/contracts';
import type { GrpcClient } from '@halftone/grpc';

/** Injection tokens of the services behind; the module gives their addresses. */
export const ACCOUNTS = Symbol('payments.AccountsService');
export const IMAGES = Symbol('images.ImagesService');
export const NOTIFICATIONS = Symbol('notifications.NotificationsService');
export const ORDERS = Symbol('orders.OrdersService');
export const PAYMENTS = Symbol('payments.PaymentsService');

export type AccountsClient = GrpcClient<typeof paymentsV1.AccountsServiceService>;
export type ImagesClient = GrpcClient<typeof imagesV1.ImagesServiceService>;
export type NotificationsClient = GrpcClient<typeof notificationsV1.NotificationsServiceService>;
export type OrdersClient = GrpcClient<typeof ordersV1.OrdersServiceService>;
export type PaymentsClient = GrpcClient<typeof paymentsV1.PaymentsServiceService>;
