const preset = require('../jest.preset.js');

// A command is a file beside the others.
module.exports = { ...preset, testMatch: preset.testMatch.map((glob) => glob.replace('/src/**/', '/')) };
