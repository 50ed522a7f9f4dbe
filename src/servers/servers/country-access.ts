import { forbidden } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import { GEO_LEVELS } from '../../identity/geo-block/country-levels.js';
import type { QuotaOwner } from '../quota/server-quota.service.js';

/**
 * Keeps people of a country from creating servers that the geo-block closes to them (contract servers, POST
 * /api/servers); as subusers they stay welcome.
 * @param level of the owner's country
 * @throws PanelError 403
 */
export function assertCountryAllowed({ portalType }: Pick<QuotaOwner, 'portalType'>, level: number): void {
  if (level >= GEO_LEVELS.noServers) {
    throw blocked(
      'Server creation is disabled for your country under geo-block policy; you may still use subuser access.',
    );
  }
  if (level >= GEO_LEVELS.noEducationalServices && (portalType === 'free' || portalType === 'educational')) {
    throw blocked('Your country is restricted from free and educational portal services.');
  }
  if (level >= GEO_LEVELS.noFreeServices && portalType === 'free') {
    throw blocked('Your country is restricted from free portal services.');
  }
}

const blocked = (text: string): PanelError => forbidden(text, 'servers.country_blocked');
