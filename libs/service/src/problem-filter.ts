import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { problemAnswer } from './problem-answer';

interface Reply {
  sent: boolean;
  raw: { headersSent: boolean; destroy(): unknown };
  status(code: number): Reply;
  headers(all: Record<string, string>): Reply;
  send(body: Buffer): unknown;
}

/**
 * The only place where an error of a controller becomes an HTTP response: a problem document, never a stack trace. A
 * response that has already begun can only be cut off. Errors of GraphQL resolvers pass unchanged; libs/graphql
 * formats them.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): unknown {
    if (host.getType<string>() !== 'http') return error;
    const http = host.switchToHttp();
    const reply = http.getResponse<Reply>();
    const { status, headers, bytes } = problemAnswer(error, http.getRequest());
    if (reply.sent || reply.raw.headersSent) return reply.raw.destroy();
    return reply.status(status).headers(headers).send(bytes);
  }
}
