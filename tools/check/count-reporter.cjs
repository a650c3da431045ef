// Writes how many tests passed and failed, and the names of those skipped, to <project>/.test-results/TIER.json, which Nx keeps with its cache.
const { mkdirSync, writeFileSync } = require('node:fs');
const { join, sep } = require('node:path');

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

module.exports = class CountReporter {
  onRunComplete(contexts, { testResults }) {
    for (const { config } of contexts) {
      const files = testResults.filter(({ testFilePath }) => testFilePath.startsWith(config.rootDir + sep));
      const counts = {
        passed: sum(files.map(({ numPassingTests }) => numPassingTests)),
        // A file that could not even be run is one failure.
        failed: sum(files.map(({ numFailingTests, testExecError }) => numFailingTests + (testExecError ? 1 : 0))),
        skipped: files
          .flatMap((file) => file.testResults)
          .filter(({ status }) => status === 'pending' || status === 'skipped' || status === 'todo')
          .map(({ fullName }) => fullName),
      };
      const folder = join(config.rootDir, '.test-results');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${process.env.TIER ?? 'unit'}.json`), JSON.stringify(counts) + '\n');
    }
  }
};
