// Files that take half a minute or longer begin first: one that begins last would run on alone. The others as Jest orders them.
const Sequencer = require('@jest/test-sequencer').default;

const slowest = [
  'libs/kafka/src/killed-member.int.spec.ts',
  'libs/kafka/src/changing-members.int.spec.ts',
  'libs/kafka/src/paused-member.int.spec.ts',
  'libs/kafka/src/retry-queue.int.spec.ts',
  'tools/generators/service/generator.int.spec.ts',
];

const rank = ({ path }) => slowest.findIndex((file) => path.endsWith(file)) + 1 || slowest.length + 1;

module.exports = class SlowestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).toSorted((one, other) => rank(one) - rank(other));
  }
};
