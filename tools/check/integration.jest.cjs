// The integration tests of all projects in one run, so that no processor waits for the last file of each. `npx jest` in a project's folder
// with TIER=int runs those of that project.
const { globSync } = require('node:fs');
const { dirname, join } = require('node:path');
const preset = require('../../jest.preset.js');

const rootDir = join(__dirname, '../..');

/** A project's configuration without what Jest reads only from the configuration of the whole run. */
function projectOf(file) {
  const { passWithNoTests, maxWorkers, testTimeout, forceExit, reporters, ...project } = require(file);
  return { ...project, rootDir: dirname(file) };
}

module.exports = {
  rootDir,
  projects: globSync(['{apps,libs}/*/jest.config.js', '{tools,proof,cli}/jest.config.cjs'], { cwd: rootDir }).map(
    (file) => projectOf(join(rootDir, file)),
  ),
  maxWorkers: 3,
  testTimeout: preset.testTimeout,
  forceExit: preset.forceExit,
  reporters: preset.reporters,
  testSequencer: join(__dirname, 'slowest-first.cjs'),
};
