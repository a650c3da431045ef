import { type CanActivate, type ExecutionContext, Injectable, UseGuards } from '@nestjs/common';
import { assertEndpointPermitted } from '@halftone/service';

interface RoutedRequest {
  method: string;
  routeOptions: { url?: string | undefined };
}

/**
 * Checks the permission table for this route before anything else runs. So a request without a valid token, or with a role
 * that is never permitted, learns nothing about ids, keys or bodies. A route without a row in the table refuses everybody.
 */
@Injectable()
class PrincipalGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { method, routeOptions } = context.switchToHttp().getRequest<RoutedRequest>();
    assertEndpointPermitted(`REST ${method === 'HEAD' ? 'GET' : method} ${routeOptions.url ?? ''}`);
    return true;
  }
}

/** Guards a route or controller with the permission table. */
export const SignedIn = () => UseGuards(PrincipalGuard);
