import { jsonOf } from '../../harness/clients/http.ts';
import { expecting } from '../../harness/clients/session.ts';
import { sendPatiently } from '../../harness/clients/http.ts';
import { hold, type Step } from '../step.ts';

const query = /* GraphQL */ `
  query Tour {
    me {
      id
      name
      balance
      currency
      orders(limit: 3) {
        id
        status
        total
        payment {
          status
          amount
        }
        lines {
          product
          image {
            id
            status
          }
        }
      }
      images(limit: 3) {
        id
        status
      }
      payments(limit: 3) {
        id
        status
        amount
      }
      notifications(limit: 3) {
        seq
        type
      }
    }
  }
`;

interface Answer {
  errors?: { message: string }[];
  data?: {
    me: {
      id: string;
      balance: number;
      orders: {
        id: string;
        status: string;
        payment: { amount: number } | null;
        lines: { image: { id: string } | null }[];
      }[];
      images: unknown[];
      payments: unknown[];
      notifications: unknown[];
    };
  };
}

/** One query that payments, orders, images and notifications answer together. */
export const graphStep: Step = {
  name: 'graphql',
  take: async ({ system, alice }) => {
    const headers = { ...(await alice.authorization()), 'content-type': 'application/json' };
    const reply = expecting(
      'query',
      await sendPatiently(system.urls.graphql, { method: 'POST', headers, body: JSON.stringify({ query }) }),
      200,
    );
    const { errors = [], data } = jsonOf<Answer>(reply);
    if (errors.length > 0 || !data) throw new Error(`the graph answered with errors: ${reply.text.slice(0, 300)}`);
    const { id, balance, orders, images, payments, notifications } = data.me;
    const whole = orders.length * images.length * payments.length * notifications.length > 0;
    hold(id === 'alice' && whole, 'a part of the graph is empty', data.me);
    const [order] = orders;
    hold(order?.payment != null && order.lines[0]?.image != null, 'an order lacks its payment or its photo', { order });
    return {
      customer: id,
      balance,
      orders: orders.length,
      images: images.length,
      payments: payments.length,
      notifications: notifications.length,
      bytes: reply.bytes.length,
    };
  },
};
