import { all, each, groupBy, type Finding, type Invariant } from '../invariant.ts';
import type { Rows } from '../rows.ts';
import { idBehind, routes } from './requests.ts';

function judgeAnswers(rows: Rows): Finding {
  const known = new Map(
    Object.entries(routes).map(([route, { effects }]) => [route, new Map(effects(rows).map((row) => [row.id, row]))]),
  );
  const answered = rows.keys.filter(({ response }) => response !== null);
  return each(answered, (request) => {
    const { schema, customer, route, key } = request;
    const id = idBehind(request) ?? null;
    const effect = known.get(route)?.get(id ?? '') ?? null;
    // An operator may refund what another customer paid.
    const right = effect !== null && (effect.customer === customer || route === 'payments.CreateRefund');
    return right ? undefined : { request: { schema, customer, route, key }, id, effect };
  });
}

/** No two keys stand for the same row. */
function judgeOwners({ keys }: Rows): Finding {
  const answers = keys.filter(({ response }) => response !== null).map((key) => ({ ...key, id: idBehind(key) }));
  return each([...groupBy(answers, ({ id, route }) => `${route} ${id}`).values()], (list) =>
    list.length === 1
      ? undefined
      : { id: list[0]?.id, requests: list.map(({ customer, route, key }) => ({ customer, route, key })) },
  );
}

export const requestHasEffect: Invariant = {
  name: 'request-has-effect',
  says: 'Each acknowledged request has exactly one effect: the row named in its stored answer exists, and no other request names it.',
  reads: ['keys', 'transfers', 'payments', 'refunds', 'refundRequests', 'orders', 'images'],
  shows: 'request {schema, customer, route, key}, id, effect | id, requests',
  settles: false,
  judge: ({ rows }) => all(judgeAnswers(rows), judgeOwners(rows)),
};
