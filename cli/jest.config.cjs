const preset = require('../jest.preset.js');

// A command is a file beside the others; what some are made of is in folders.
const folders = ['/', '/!(dist)/**/'];
module.exports = {
  ...preset,
  testMatch: preset.testMatch.flatMap((glob) => folders.map((folder) => glob.replace('/src/**/', folder))),
};
