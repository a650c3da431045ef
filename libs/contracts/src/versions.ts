/** The packages of proto/, each under the name of its version. */
export * as eventsV1 from './gen/halftone/events/v1/events';
export * as imagesV1 from './gen/halftone/images/v1/images';
export * as notificationsV1 from './gen/halftone/notifications/v1/notifications';
export * as ordersV1 from './gen/halftone/orders/v1/orders';
export * as paymentsV1 from './gen/halftone/payments/v1/payments';
export * as realtimeV1 from './gen/halftone/realtime/v1/realtime';
