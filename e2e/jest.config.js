const preset = require('../jest.preset.js');

const whole = { globalSetup: '<rootDir>/global-setup.mjs', globalTeardown: '<rootDir>/global-teardown.mjs' };

// One worker: some of these tests kill processes or damage rows, and put everything right again before the next begins.
module.exports = { ...preset, ...(process.env.TIER === 'e2e' && whole), maxWorkers: 1 };
