import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/**
 * A request listener for the server of a test. When the handler fails it cuts the connection with the error, so the
 * client and the test fail too.
 */
export const answeringWith =
  (answer: (request: IncomingMessage, response: ServerResponse) => Promise<unknown>): RequestListener =>
  (request, response) => {
    answer(request, response).catch((error: Error) => response.destroy(error));
  };
