import { ApiPropertyOptional } from '@nestjs/swagger';
import { Allow } from 'class-validator';

/**
 * Any of the settings; what is absent stays. The settings catalogue checks and normalises the values, because clients send
 * them in several forms (`true` or `"true"`, flags as an object or as JSON text).
 */
export class UpdateSettingsDto {
  @Allow()
  @ApiPropertyOptional({ type: Boolean, example: true })
  registrationEnabled?: unknown;

  @Allow()
  @ApiPropertyOptional({ type: String, maxLength: 2000, example: 'Registration opens on Monday.' })
  registrationNotice?: unknown;

  @Allow()
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    example: { paid: 'For communities' },
  })
  portalDescriptions?: unknown;

  @Allow()
  @ApiPropertyOptional({ type: String, maxLength: 20_000, example: 'kp:5' })
  geoBlockCountries?: unknown;

  @Allow()
  @ApiPropertyOptional({ type: String, maxLength: 20_000, example: 'eu:16' })
  countryAgeRules?: unknown;

  @Allow()
  @ApiPropertyOptional({ type: String, example: 'EUR' })
  billingCurrency?: unknown;

  @Allow()
  @ApiPropertyOptional({ type: String, maxLength: 20_000, example: 'DE:19' })
  billingTaxRules?: unknown;

  @Allow()
  @ApiPropertyOptional({ type: Boolean, example: false })
  gamblingEnabled?: unknown;

  @Allow()
  @ApiPropertyOptional({ type: Number, minimum: 0, maximum: 1, example: 0.0777 })
  gamblingResourceLuckyChance?: unknown;

  @Allow()
  @ApiPropertyOptional({ type: Number, minimum: 0, maximum: 1, example: 0.5 })
  gamblingPowerDenyChance?: unknown;

  @Allow()
  @ApiPropertyOptional({ type: Number, minimum: 0, maximum: 1, example: 0.3 })
  feedbackPromptChance?: unknown;

  @Allow()
  @ApiPropertyOptional({ type: Boolean, nullable: true, example: true })
  requireVerifiedEmail?: unknown;

  @Allow()
  @ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: 3650, example: 90 })
  idDocumentRetentionDays?: unknown;

  @Allow()
  @ApiPropertyOptional({ type: Boolean, example: false })
  dataExportApproval?: unknown;

  @Allow()
  @ApiPropertyOptional({ type: Boolean, example: true })
  requirePasswordForEmailChange?: unknown;

  @Allow()
  @ApiPropertyOptional({ type: Boolean, example: false })
  deleteServersWithAccount?: unknown;

  @Allow()
  @ApiPropertyOptional({ type: Boolean, example: false })
  sftpKeyOnlyWithTwoFactor?: unknown;
  /** 0 or at least 90. */
  @Allow()
  @ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: 3650, example: 365 })
  accountSunsetDays?: unknown;

  /** Flags to change; the others stay. */
  @Allow()
  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'boolean' }, example: { dns: true } })
  featureToggles?: unknown;

  /** Another name of `featureToggles`. */
  @Allow()
  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'boolean' }, example: { dns: true } })
  panelFeatureToggles?: unknown;
}
