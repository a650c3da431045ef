/** The time as an argument, so that decisions can be repeated. */
export type Clock = () => Date;
