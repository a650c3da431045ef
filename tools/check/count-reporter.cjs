// Writes how many tests passed and failed to <project>/.test-results/TIER.json, which Nx keeps with its cache.
const { mkdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

module.exports = class CountReporter {
  constructor({ rootDir }) {
    this.rootDir = rootDir;
  }

  onRunComplete(_contexts, { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites }) {
    const folder = join(this.rootDir, '.test-results');
    mkdirSync(folder, { recursive: true });
    const counts = {
      passed: numPassedTests,
      failed: numFailedTests + numRuntimeErrorTestSuites,
      skipped: numPendingTests,
    };
    writeFileSync(join(folder, `${process.env.TIER ?? 'unit'}.json`), JSON.stringify(counts) + '\n');
  }
};
