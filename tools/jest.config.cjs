const preset = require('../jest.preset.js');

// Commands have no src folder; each sits next to the decisions it is made of.
module.exports = { ...preset, testMatch: preset.testMatch.map((glob) => glob.replace('/src/', '/!(dist)/')) };
