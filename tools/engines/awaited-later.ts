/** Node ends the process for a rejection without a handler. This adds one; a later await still gets the error. */
export function awaitedLater<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => undefined);
  return promise;
}
