/** The rows of the services' tables that verify reads. Money is in minor units. */
export interface OrderRow {
  id: string;
  customer: string;
  status: string;
  total: number;
  currency: string;
  version: number;
  payment: string;
  /** When its step will have taken too long; null when it may stay as it is. */
  dueAt: Date | null;
  createdAt: Date;
}

interface OrderEventRow {
  orderId: string;
  version: number;
  eventId: string;
  type: string;
  time: Date;
}

interface AccountRow {
  id: string;
  customer: string | null;
  currency: string;
  /** Its balance, with the credits that wait for it; null for the shop's own accounts, which have none. */
  balance: number | null;
}

export interface LedgerEntryRow {
  id: string;
  transactionId: string;
  accountId: string;
  amount: number;
}

interface LedgerTransactionRow {
  id: string;
  kind: string;
  reference: string;
}

export interface PaymentRow {
  id: string;
  customer: string;
  orderId: string | null;
  method: string;
  status: string;
  amount: number;
  currency: string;
  refunded: number;
  transactionId: string | null;
  createdAt: Date;
}

export interface RefundRow {
  id: string;
  paymentId: string;
  orderId: string | null;
  customer: string;
  status: string;
  amount: number;
  currency: string;
  transactionId: string | null;
  /** Null for a refund from before this was recorded. */
  orderedBy: 'owner' | 'operator' | 'saga' | null;
  createdAt: Date;
}

export interface RefundRequestRow {
  id: string;
  paymentId: string;
  customer: string;
  status: string;
  /** Of an approved one. */
  refundId: string | null;
  createdAt: Date;
}

export interface TransferRow {
  id: string;
  sender: string;
  recipient: string;
  amount: number;
  transactionId: string;
  createdAt: Date;
}

/** A bank operation of the payments service. */
export interface BankOperationRow {
  reference: string;
  kind: string;
  paymentId: string;
  refundId: string | null;
  customer: string;
  amount: number;
  currency: string;
  state: string;
  bankTransactionId: string | null;
}

/** A booking of the bank. */
export interface BankTransactionRow {
  id: string;
  reference: string;
  kind: string;
  account: string;
  amount: number;
  currency: string;
  state: string;
}

interface BankAccountRow {
  id: string;
  currency: string;
  /** Of the shop's: the sum of what the customers gave. */
  balance: number;
  opening: number;
  /** The money that went to the shop and did not come back. */
  given: number;
}

interface ImageRow {
  id: string;
  customer: string;
  status: string;
  version: number;
  renditions: number;
  createdAt: Date;
}

interface NotificationRow {
  id: string;
  channel: string;
  seq: number;
  type: string;
  subject: string;
  /** Null for the gallery, where one notification counts many events. */
  sourceEventId: string | null;
  time: Date;
}

/** A notification of the gallery: the number of new things, and the total. */
interface GalleryNoticeRow {
  seq: number;
  subject: string;
  count: number;
  total: number;
}

/** A request that a service accepted: it has a response, a refusal, or runs. */
export interface KeyRow {
  schema: string;
  customer: string;
  route: string;
  key: string;
  response: Buffer | null;
  refused: boolean;
  createdAt: Date;
  expiresAt: Date;
}

/** An event that a consumer group has seen (`inbox`) or set aside (`parked`). */
interface SeenRow {
  consumer: string;
  eventId: string;
}

export interface Rows {
  orders: OrderRow[];
  orderEvents: OrderEventRow[];
  accounts: AccountRow[];
  ledgerTransactions: LedgerTransactionRow[];
  ledgerEntries: LedgerEntryRow[];
  payments: PaymentRow[];
  refunds: RefundRow[];
  refundRequests: RefundRequestRow[];
  /** Since when a refund says who ordered it, as the one row. */
  refundsRecorded: { since: Date }[];
  transfers: TransferRow[];
  bankOperations: BankOperationRow[];
  bankTransactions: BankTransactionRow[];
  bankAccounts: BankAccountRow[];
  images: ImageRow[];
  /** Photos that still have a job. */
  jobs: { imageId: string }[];
  channels: { name: string; lastSeq: number }[];
  notifications: NotificationRow[];
  galleryNotices: GalleryNoticeRow[];
  keys: KeyRow[];
  inbox: SeenRow[];
  parked: SeenRow[];
  /** Rows still to be published. */
  outbox: { schema: string; eventId: string; type: string; subject: string }[];
  /** The database's clock, as the one row. */
  clock: { now: Date }[];
}
