/** Times passed on by bootstrap.mjs, and the kind of terminal. */

/** When the command was entered. */
export const beganAt = Number(process.env['HALFTONE_BEGAN'] ?? Date.now());

/** How long the installation of packages took, or finding out that none is needed. */
export const installMs = Number(process.env['HALFTONE_INSTALLED'] ?? beganAt) - beganAt;

/** Whether lines can be rewritten. */
export const isLive = Boolean(process.stderr.isTTY) && process.env['TERM'] !== 'dumb' && !process.env['CI'];
