const { spawn } = require('node:child_process');
const fs = require('node:fs');
const H = (n) => require(`@halftone/${n}`);
const { connectGrpc, GrpcServerModule, GrpcController, grpcSettings } = H('grpc');
const { imagesV1, ordersV1, paymentsV1 } = H('contracts');
const { defineService, runInCall } = H('service');
const assert = require('node:assert');
const { freshSchema, bootService, testToken, testKeys, eventually } = require('/work/main/libs/testing/dist/index.js');
class FakeImages { async filterPrintable({ ids }) { return { ids }; } }
GrpcController(imagesV1.ImagesServiceService)(FakeImages);
class M {}
const images = defineService({ name: 'images', settings: grpcSettings, module: (c) => ({ module: M, controllers: [FakeImages], imports: [GrpcServerModule.forRoot({ services: [imagesV1.ImagesServiceService], host: c.GRPC_HOST, port: c.GRPC_PORT })] }) });
const children = [];
function run(app, env) {
  const out = fs.openSync(`/tmp/op-smoke/${app}.log`, 'a');
  const child = spawn(process.execPath, ['--max-semi-space-size=1', `/work/main/apps/${app}/dist/main.js`], { env: { PATH: process.env.PATH, JWT_PUBLIC_KEY: testKeys.JWT_PUBLIC_KEY, KAFKA_BROKERS: '127.0.0.1:29392', HTTP_HOST: '127.0.0.1', ...env }, stdio: ['ignore', out, out] });
  children.push(child); return child;
}
const ready = (port) => eventually(async () => { const r = await fetch(`http://127.0.0.1:${port}/healthz/ready`); if (!r.ok) throw new Error(await r.text()); }, 30000);
(async () => {
  const [so, sp] = await Promise.all([freshSchema('orders'), freshSchema('payments')]);
  const im = await bootService(images);
  const oEnv = { DATABASE_URL: so.url, IMAGES_GRPC: im.grpcUrl, HTTP_PORT: '29401', GRPC_PORT: '29411' };
  const pEnv = { DATABASE_URL: sp.url, HTTP_PORT: '29402', GRPC_PORT: '29412' };
  const t0 = Date.now();
  run('orders', oEnv); let pay = run('payments', pEnv);
  await Promise.all([ready(29401), ready(29402)]);
  console.log('ready after', Date.now() - t0);
  const token = await testToken('alice');
  const oc = connectGrpc(ordersV1.OrdersServiceService, { url: '127.0.0.1:29411' });
  const ac = connectGrpc(paymentsV1.AccountsServiceService, { url: '127.0.0.1:29412' });
  const pc = connectGrpc(paymentsV1.PaymentsServiceService, { url: '127.0.0.1:29412' });
  const as = (work) => runInCall({ token }, work);
  try {
    console.log(await ac.client.verifyPassword({ customer: 'alice', password: 'halftone' }));
    await assert.rejects(ac.client.verifyPassword({ customer: 'alice', password: 'x' }), { code: 'WRONG_CREDENTIALS' });
    await assert.rejects(oc.client.listOrders({ limit: 0, cursor: '' }), { code: 'UNAUTHENTICATED' });
    await assert.rejects(as(() => pc.client.createTransfer({ to: 'bob', amount: 1, currency: 'USD', idempotencyKey: '' })), { code: 'IDEMPOTENCY_KEY_MISSING' });
    console.log(await as(() => ac.client.getAccount({})), (await oc.client.listProducts({})).products.length);
    const photo = '01990000-0000-7000-8000-000000000001';
    const place = (quantity, key) => as(() => oc.client.placeOrder({ lines: [{ imageId: photo, product: 'mug', quantity }], payment: 1, idempotencyKey: key }));
    const status = async (id) => (await as(() => oc.client.getOrder({ id }))).order;
    const until = (id, s) => eventually(async () => assert.equal((await status(id)).status, s), 30000);
    for (let i = 0; i < 6; i++) {
      const t = Date.now(); const { order } = await place(2, 'k' + i); const t1 = Date.now();
      await until(order.id, 4); console.log('placed', t1 - t, 'shipped after', Date.now() - t1);
    }
    const { order } = await place(1000, 'big'); await until(order.id, 5);
    console.log((await as(() => oc.client.getOrderTimeline({ id: order.id }))).entries, (await status(order.id)).reason);
    const tr = await as(() => pc.client.createTransfer({ to: 'bob', amount: 100, currency: 'USD', idempotencyKey: 't' }));
    const tr2 = await as(() => pc.client.createTransfer({ to: 'bob', amount: 100, currency: 'USD', idempotencyKey: 't' }));
    assert.deepEqual(tr2, { ...tr, replayed: true });
    const gql = async (port, query) => (await fetch(`http://127.0.0.1:${port}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify({ query }) })).json();
    console.log(JSON.stringify(await gql(29402, `{ me { id name role balance payments(limit: 2) { id status reason amount } } _entities(representations: [{__typename: "Order", id: "${order.id}"}]) { ... on Order { id payment { status reason } } } }`)));
    console.log(JSON.stringify(await gql(29401, `{ orders(limit: 1) { id status reason total lines { image { id } product } } order(id: "${photo}") { id } _entities(representations: [{__typename: "Customer", id: "alice"}, {__typename: "Order", id: "${order.id}"}]) { ... on Customer { id orders(limit: 2) { status } } ... on Order { status } } }`)));
    for (const [n, port] of [['orders', 29401], ['payments', 29402]]) fs.writeFileSync(`/tmp/op-smoke/${n}.graphql`, (await gql(port, '{ _service { sdl } }')).data._service.sdl);
    // kill payments right after its capture is committed; it must not pay twice.
    const before = (await as(() => ac.client.getAccount({}))).account.balance;
    for (const point of ['before-commit', 'after-commit']) {
      pay.kill('SIGKILL'); await new Promise((r) => pay.once('exit', r));
      pay = run('payments', { ...pEnv, FAILPOINTS: `payments.capture.${point}=kill` }); await ready(29402);
      const killed = place(1, 'kill-' + point);
      await new Promise((r) => pay.once('exit', r)); const { order } = await killed;
      pay = run('payments', pEnv); const t = Date.now(); await until(order.id, 4);
      console.log('survived', point, Date.now() - t);
    }
    assert.equal(before - (await as(() => ac.client.getAccount({}))).account.balance, 2 * 1499);
    const { default: pg } = { default: require('pg') };
    for (const [url, sql] of [[sp.url, 'select sum(amount)::int s, count(*)::int n from ledger_entry'], [sp.url, 'select count(*)::int outbox from outbox'], [so.url, 'select status, version, count(*)::int from "order" group by 1,2'], [so.url, 'select count(*)::int outbox from outbox']]) {
      const c = new pg.Client(url); await c.connect(); console.log((await c.query(sql)).rows); await c.end();
    }
  } finally {
    oc.close(); ac.close(); pc.close();
    const t = Date.now();
    await Promise.all(children.filter((c) => c.exitCode === null && c.signalCode === null).map((c) => new Promise((r) => { c.once('exit', (code, sig) => { console.log('exit', code, sig, Date.now() - t); r(); }); c.kill('SIGTERM'); })));
    await im.stop(); await so.drop(); await sp.drop();
  }
  process.exit(0);
})().catch((e) => { console.error(e); process.exit(1); });
