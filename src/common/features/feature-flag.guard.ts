import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { PanelError } from '../errors/panel-error.js';
import { PanelSettings } from '../settings/panel-settings.js';
import { FEATURE_METADATA } from './feature.js';
import { featureOfPath, isInGatedGroup } from './feature-table.js';
import type { FeatureName } from './feature-table.js';

/** The answer of a group whose flag is off (DESIGN 5.2). */
export function featureDisabled(feature: FeatureName): PanelError {
  return new PanelError(503, 'feature_disabled', 'feature_disabled', {
    extra: { message: `Feature '${feature}' is disabled`, feature },
  });
}

/** Refuses every request of a group that is switched off, before anything else looks at it. */
@Injectable()
export class FeatureFlagGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly settings: PanelSettings,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const declared = this.reflector.getAllAndOverride<FeatureName | 'by-path' | undefined>(FEATURE_METADATA, [
      context.getHandler(),
      context.getClass(),
    ]);
    const { path } = context.switchToHttp().getRequest<Request>();
    if (declared === undefined && !isInGatedGroup(path)) return true;
    // The not-found route stands in for groups that are not built: there the path decides.
    const feature = declared === undefined || declared === 'by-path' ? featureOfPath(path) : declared;
    if (feature !== undefined && !this.settings.isFeatureEnabled(feature)) throw featureDisabled(feature);
    return true;
  }
}
