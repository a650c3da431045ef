import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { currentCall, runInCall } from '@halftone/service';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { CONFIG, type GatewayConfig } from '../config';

const BUDGET = Symbol('budget of a route');

/** Gives a route the longer budget of uploads and downloads. */
export const Budget = (kind: 'transfer') => SetMetadata(BUDGET, kind);

/**
 * Sets the deadline of a request. All calls to services made for it end at the deadline, on every hop. A caller may ask
 * for less time, never for more.
 */
@Injectable()
export class DeadlineInterceptor implements NestInterceptor {
  constructor(
    @Inject(CONFIG) private readonly config: GatewayConfig,
    private readonly reflector: Reflector,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const call = currentCall();
    const budget = this.reflector.get(BUDGET, context.getHandler())
      ? this.config.TRANSFER_BUDGET_MS
      : this.config.REQUEST_BUDGET_MS;
    const deadline = Math.min(call?.deadline ?? Infinity, Date.now() + budget);
    return from(runInCall({ ...call, deadline }, () => lastValueFrom(next.handle())));
  }
}
