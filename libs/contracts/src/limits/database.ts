import type { Limit } from './limit';

export const database = {
  customerTransactions: {
    what: 'Concurrent transactions of one customer in a process; further ones queue without a connection.',
    value: 2,
    unit: 'requests',
    per: 'customer',
    setting: null,
    beyond: 'waits',
    metric: 'db_transactions_waiting',
  },
  customerTransactionsWaiting: {
    what: 'Queued transactions of one customer in a process.',
    value: 100,
    unit: 'requests',
    per: 'customer',
    setting: null,
    beyond: 'RATE_LIMITED',
    metric: 'db_transactions_waiting',
  },
  walletWaiting: {
    what: 'Payments and transfers of one wallet that queue in a process, without a connection.',
    value: 100,
    unit: 'requests',
    per: 'customer',
    setting: null,
    beyond: 'RATE_LIMITED',
    metric: 'wallet_turns_waiting',
  },
  walletLock: {
    what: 'Time a payment or transfer waits for its wallet while another process has locked it.',
    value: 1_000,
    unit: 'ms',
    per: 'customer',
    setting: null,
    beyond: 'DEADLINE_EXCEEDED',
    metric: null,
  },
} as const satisfies Record<string, Limit>;
