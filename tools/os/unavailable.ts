/** Something that a command needs is not available here. The message says why, in one line. */
export class Unavailable extends Error {}
