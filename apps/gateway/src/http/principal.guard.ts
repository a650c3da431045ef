import { type CanActivate, Injectable, UseGuards } from '@nestjs/common';
import { requirePrincipal } from '@halftone/service';

/** Runs before anything else of a route, so a request without a valid token learns nothing about ids, keys or bodies. */
@Injectable()
export class PrincipalGuard implements CanActivate {
  canActivate(): boolean {
    requirePrincipal();
    return true;
  }
}

/** The route or controller is for signed-in customers only. */
export const SignedIn = () => UseGuards(PrincipalGuard);
