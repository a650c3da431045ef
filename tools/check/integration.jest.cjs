// The integration tests of all projects in one run, so that no processor waits for the last file of each. `npx jest` in a project's folder
// with TIER=int runs those of that project.
const { globSync } = require('node:fs');
const { join } = require('node:path');
const preset = require('../../jest.preset.js');

const rootDir = join(__dirname, '../..');

module.exports = {
  rootDir,
  projects: globSync(['{apps,libs}/*/jest.config.js', '{tools,proof,cli}/jest.config.cjs'], { cwd: rootDir }).map(
    (file) => join(rootDir, file),
  ),
  maxWorkers: 3,
  testTimeout: preset.testTimeout,
  forceExit: preset.forceExit,
  reporters: preset.reporters,
  testSequencer: join(__dirname, 'slowest-first.cjs'),
};
