import { requireNoPlantedBugs, withoutPlantedBugs } from './planted-bugs.ts';

const compiled = `
exports.claim = claim;
const service_1 = require("@halftone/service");
async function claim(tx) {
    if ((0, service_1.planted)('idempotency.ignored'))
        return await doubled(tx);
    const amount = (0, service_1.planted)("ledger.cent-lost") ? tx.amount - 1 : tx.amount;
    return once(tx, amount);
}
`;

test('a bug that is planted is gone with all it guards; the rest is as it was', async () => {
  const text = await withoutPlantedBugs(compiled);
  expect(text).not.toMatch(/planted|ignored|doubled|cent-lost|- 1/);
  expect(text).toMatch(/once\(tx, amount\)|once\(tx, tx\.amount\)/);
  expect(() => requireNoPlantedBugs('main.js', text ?? '')).not.toThrow();
});

test('what holds none is left alone', async () => {
  expect(await withoutPlantedBugs('const replanted = (0, service_1.failpoint)("a")')).toBeUndefined();
});

test.each([
  ['as it was compiled', compiled],
  ['with a name that is worked out', 'if((0,service_1.planted)(name))lose()'],
  ['within the library', 'if(planted("a"))lose()'],
])('a bundle with one that is left, %s, fails the build', (_, text) => {
  expect(() => requireNoPlantedBugs('apps/orders/bundle/main.js', text)).toThrow(/orders.* holds a planted bug/);
});

test.each([
  ['itself', 'const planted=__name(bug=>isTestBuild()&&isBug(bug),"planted")'],
  ['handed on by a module', '_export(exports,{get planted(){return _planted.planted}})'],
])('the switch may stay: %s', (_, text) => {
  expect(() => requireNoPlantedBugs('main.js', text)).not.toThrow();
});
