import { DomainError } from '@halftone/kernel';
import { requirePrincipal } from '@halftone/service';
import { type CanActivate, Injectable } from '@nestjs/common';

/** For the operator of the shop, who may make the bank misbehave; customers are answered FORBIDDEN. */
@Injectable()
export class OperatorGuard implements CanActivate {
  canActivate(): boolean {
    if (requirePrincipal().role === 'operator') return true;
    throw new DomainError('FORBIDDEN', 'only an operator may do that');
  }
}
