// The tests of all projects of one TIER (see jest.preset.js) in one run: no processor waits for the last file of each project, and each
// worker starts once. `npx jest` in a project's folder runs those of that project.
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
  projects: globSync(['{apps,libs,.}/*/jest.config.*js'], { cwd: rootDir }).map((file) =>
    projectOf(join(rootDir, file)),
  ),
  // On real engines a test mostly waits.
  maxWorkers: process.env.TIER ? 4 : 3,
  // A worker keeps what the modules of earlier files left in memory; beyond this it is replaced.
  workerIdleMemoryLimit: '1GB',
  testTimeout: preset.testTimeout,
  forceExit: preset.forceExit,
  reporters: preset.reporters,
  testSequencer: join(__dirname, 'slowest-first.cjs'),
};
