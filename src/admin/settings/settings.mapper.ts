import type { PanelSettingValues } from '../../common/settings/settings-catalogue.js';
import type { AdminSettingsResponse, PanelSettingsResponse } from './dto/settings.dto.js';

/** What everybody may read. */
export function toPanelSettings(values: Readonly<PanelSettingValues>): PanelSettingsResponse {
  return {
    registrationEnabled: values.registrationEnabled,
    registrationNotice: values.registrationNotice,
    portalDescriptions: values.portalDescriptions,
    geoBlockCountries: values.geoBlockCountries,
    countryAgeRules: values.countryAgeRules,
    billingCurrency: values.billingCurrency,
    billingTaxRules: values.billingTaxRules,
    gamblingEnabled: values.gamblingEnabled,
    gamblingResourceLuckyChance: values.gamblingResourceLuckyChance,
    gamblingPowerDenyChance: values.gamblingPowerDenyChance,
    featureToggles: values.featureToggles,
  };
}

/** What staff may read. */
export function toAdminSettings(values: Readonly<PanelSettingValues>): AdminSettingsResponse {
  return {
    ...toPanelSettings(values),
    feedbackPromptChance: values.feedbackPromptChance,
    requireVerifiedEmail: values.requireVerifiedEmail,
    idDocumentRetentionDays: values.idDocumentRetentionDays,
    dataExportApproval: values.dataExportApproval,
    requirePasswordForEmailChange: values.requirePasswordForEmailChange,
    deleteServersWithAccount: values.deleteServersWithAccount,
    sftpKeyOnlyWithTwoFactor: values.sftpKeyOnlyWithTwoFactor,
    accountSunsetDays: values.accountSunsetDays,
  };
}
