import { ApiProperty } from '@nestjs/swagger';

const toggles = {
  type: 'object',
  additionalProperties: { type: 'boolean' },
  example: { billing: true, dns: false },
} as const;
const anyJson = {
  oneOf: [
    { type: 'object', additionalProperties: true },
    { type: 'array', items: {} },
    { type: 'string' },
    { type: 'number' },
    { type: 'boolean' },
  ],
  nullable: true,
  example: { paid: 'For communities' },
};

/** The feature flags. */
export class FeaturesResponse {
  /** Flag to its state. */
  @ApiProperty(toggles)
  featureToggles!: Record<string, boolean>;
}

/** Panel settings that everybody may read. */
export class PanelSettingsResponse extends FeaturesResponse {
  /** Whether people may register. */
  registrationEnabled!: boolean;

  /** Shown while registration is closed. */
  registrationNotice!: string;

  /** Text of each portal, in the web client's own form. */
  @ApiProperty(anyJson)
  portalDescriptions!: unknown;

  /**
   * `country:level` entries (0 to 5), separated by commas or new lines.
   * @example kp:5
   */
  geoBlockCountries!: string;

  /**
   * `country:age` entries (0 to 25), separated by commas or new lines.
   * @example eu:16
   */
  countryAgeRules!: string;

  /**
   * Currency code of prices.
   * @example USD
   */
  billingCurrency!: string;

  /**
   * `CODE:rate` entries (0 to 100 percent).
   * @example DE:19
   */
  billingTaxRules!: string;

  /** Kept for the web client. */
  gamblingEnabled!: boolean;

  /** Kept for the web client; 0 to 1. */
  gamblingResourceLuckyChance!: number;

  /** Kept for the web client; 0 to 1. */
  gamblingPowerDenyChance!: number;
}

/** All panel settings. */
export class AdminSettingsResponse extends PanelSettingsResponse {
  /** How often the web client asks for feedback; 0 to 1. */
  feedbackPromptChance!: number;

  /** Whether creating a server needs a verified e-mail address; null: only when SMTP is configured. */
  @ApiProperty({ type: Boolean, nullable: true })
  requireVerifiedEmail!: boolean | null;

  /** Days after the decision at which identity documents are removed; 0 keeps them. */
  idDocumentRetentionDays!: number;

  /** Whether exports that people ask for wait until staff agrees. */
  dataExportApproval!: boolean;

  /** Whether people must give their password to change their e-mail address. */
  @ApiProperty()
  requirePasswordForEmailChange!: boolean;

  /** Whether servers are deleted with their owner; otherwise the deletion of an account waits until it owns none. */
  @ApiProperty()
  deleteServersWithAccount!: boolean;

  /** Whether accounts with a second factor log in over SFTP by SSH key only: SFTP asks for no second factor. */
  @ApiProperty()
  sftpKeyOnlyWithTwoFactor!: boolean;
  /** Days without a sign-in after which the owner is told that his account will be deleted; 0 never. */
  @ApiProperty({ type: 'integer', example: 365 })
  accountSunsetDays!: number;
}

/** The settings after a change. */
export class UpdatedSettingsResponse {
  /** @example true */
  success!: true;

  settings!: AdminSettingsResponse;
}
