import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  SetMetadata,
  UseInterceptors,
} from '@nestjs/common';
import type { ZodType } from 'zod';
import type { EdgeRequest } from '../http/reply';
import { parseIdempotencyKey } from './idempotency-key';
import { BODY_SCHEMA, IdempotencyInterceptor } from './idempotency.interceptor';

/** The route runs once per customer and Idempotency-Key; `body` is the schema whose result is the request's fingerprint. */
export const Idempotent = (body: ZodType) =>
  applyDecorators(SetMetadata(BODY_SCHEMA, body), UseInterceptors(IdempotencyInterceptor));

/** The checked key, for the service that owns the truth. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string =>
  parseIdempotencyKey(context.switchToHttp().getRequest<EdgeRequest>().headers['idempotency-key']),
);
