/**
 * Who may do what, through which endpoint and in which state of the object. The services read this table
 * (../permission.ts). docs/permissions.md shows it, and an end-to-end test tries what that page says, so change a
 * cell in both. Pure data.
 *
 * A caller without a cell cannot occur: a command about the caller's own things has no `other`. `saga` means the
 * shop's own services.
 */
import { ofBank } from './bank';
import { ofImages } from './images';
import { ofNotifications } from './notifications';
import { ofOrders } from './orders';
import { ofPayments } from './payments';
import { ofRealtime } from './realtime';

export const permissions = {
  ...ofOrders,
  ...ofPayments,
  ...ofImages,
  ...ofNotifications,
  ...ofRealtime,
  ...ofBank,
};

export type Command = keyof typeof permissions;
