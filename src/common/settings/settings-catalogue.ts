import { FEATURES, FEATURE_NAMES } from '../features/feature-table.js';
import type { FeatureName } from '../features/feature-table.js';

/** Feature flag to its state; flags that the catalogue does not know are kept as they were sent. */
export type FeatureToggles = Record<FeatureName, boolean> & Record<string, boolean>;

/** Values of all panel settings. */
export interface PanelSettingValues {
  registrationEnabled: boolean;
  registrationNotice: string;
  geoBlockCountries: string;
  countryAgeRules: string;
  billingCurrency: string;
  billingTaxRules: string;
  gamblingEnabled: boolean;
  gamblingResourceLuckyChance: number;
  gamblingPowerDenyChance: number;
  portalDescriptions: unknown;
  feedbackPromptChance: number;
  featureToggles: FeatureToggles;
  /** Servers may be created only with a verified address; null follows "SMTP is configured" (DESIGN 5.17). */
  requireVerifiedEmail: boolean | null;
  /** Days after the decision at which identity documents are removed; 0 keeps them. */
  idDocumentRetentionDays: number;
  /** Exports that people ask for wait until staff agrees. */
  dataExportApproval: boolean;
  /** Whether people must give their password to change their e-mail address. */
  requirePasswordForEmailChange: boolean;
  /** Whether the servers of an account are deleted with it; otherwise its deletion waits until it owns none. */
  deleteServersWithAccount: boolean;
  /** Whether accounts with a second factor log in over SFTP by key only: SFTP asks for no second factor. */
  sftpKeyOnlyWithTwoFactor: boolean;
  /** Days without a sign-in after which people are told that their account will be deleted; 0 never. */
  accountSunsetDays: number;
}

export type SettingKey = keyof PanelSettingValues;

/** Thrown for a value that a setting cannot have; the message is for the admin. */
export class InvalidSetting extends Error {}

interface SettingDefinition<Value> {
  readonly default: Value;
  readonly description: string;
  /** Whether everybody may read it. */
  readonly public: boolean;
  /** Checks and normalises a value from outside. */
  readonly parse: (value: unknown, current: Value) => Value;
}

const invalid = (text: string): never => {
  throw new InvalidSetting(text);
};

const parseBoolean = (value: unknown): boolean => {
  if (value === true || value === 'true' || value === 1 || value === '1') return true;
  if (value === false || value === 'false' || value === 0 || value === '0') return false;
  return invalid('must be true or false');
};

const parseText =
  (maximum: number) =>
  (value: unknown): string =>
    typeof value === 'string' && value.length <= maximum
      ? value
      : invalid(`must be text of at most ${maximum} characters`);

const parseChance =
  (fallback: number) =>
  (value: unknown): number => {
    const chance = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
    return Number.isNaN(chance) ? fallback : Math.min(1, Math.max(0, chance));
  };

const parseWholeNumber =
  (maximum: number) =>
  (value: unknown): number => {
    const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
    const isFine = Number.isInteger(number) && number >= 0 && number <= maximum && value !== '';
    return isFine ? number : invalid(`must be a whole number from 0 to ${maximum}`);
  };

/** A session may live for 90 days: in less than that people who use the panel would count as gone. */
const parseSunsetDays = (value: unknown): number => {
  const days = parseWholeNumber(3_650)(value);
  return days === 0 || days >= 90 ? days : invalid('must be 0 or a whole number from 90 to 3650');
};

/** `country:number` entries, separated by commas or new lines. */
const parseCountryRules =
  (maximum: number) =>
  (value: unknown): string => {
    const text = parseText(20_000)(value);
    for (const entry of text
      .split(/[,\n]/)
      .map((part) => part.trim())
      .filter(Boolean)) {
      const [country = '', number = '', ...rest] = entry.split(/[:=;]/).map((part) => part.trim());
      const valid = country !== '' && rest.length === 0 && /^\d{1,2}$/.test(number) && Number(number) <= maximum;
      if (!valid) invalid(`has the entry "${entry}", which is not country:number with a number from 0 to ${maximum}`);
    }
    return text;
  };

const parseTaxRules = (value: unknown): string => {
  const text = parseText(20_000)(value);
  for (const entry of text
    .split(/[,;\n]/)
    .map((part) => part.trim())
    .filter(Boolean)) {
    const match = /^[^:]{1,64}:\s*(\d{1,3}(\.\d{1,4})?)$/.exec(entry);
    if (match === null || Number(match[1]) > 100)
      invalid(`has the entry "${entry}", which is not CODE:rate with a rate from 0 to 100`);
  }
  return text;
};

const parseCurrency = (value: unknown): string => {
  const currency = parseText(10)(value).trim().toUpperCase();
  return /^[A-Z]{3}$/.test(currency) ? currency : invalid('must be a currency code of three letters');
};

const coerceFlag = (value: unknown): boolean => !(value === false || value === 'false' || value === 0 || value === '0');

const parseToggles = (value: unknown, current: FeatureToggles): FeatureToggles => {
  const given: unknown = typeof value === 'string' ? safeJson(value) : value;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return invalid('must be an object of flags');
  const entries = Object.entries(given);
  if (entries.length > 100 || entries.some(([name]) => !/^\w{1,64}$/.test(name)))
    return invalid('has a flag with an impossible name');
  const merged = { ...current, ...Object.fromEntries(entries.map(([name, on]) => [name, coerceFlag(on)])) };
  return Object.keys(merged).length <= 200 ? merged : invalid('has too many flags');
};

const safeJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return invalid('is not JSON');
  }
};

const parseJson = (value: unknown): unknown =>
  JSON.stringify(value ?? null).length <= 65_536 ? (value ?? null) : invalid('must be at most 64 KiB of JSON');

const defaultToggles = Object.fromEntries(
  FEATURE_NAMES.map((name) => [name, FEATURES[name].default]),
) as FeatureToggles;

/** Every panel setting: default, meaning, and what values it takes. */
export const SETTINGS: { readonly [Key in SettingKey]: SettingDefinition<PanelSettingValues[Key]> } = {
  registrationEnabled: {
    default: true,
    public: true,
    description: 'Whether people may register.',
    parse: parseBoolean,
  },
  registrationNotice: {
    default: '',
    public: true,
    description: 'Shown while registration is closed.',
    parse: parseText(2_000),
  },
  geoBlockCountries: {
    default: '',
    public: true,
    description: 'country:level (0-5) entries.',
    parse: parseCountryRules(5),
  },
  countryAgeRules: {
    default: '',
    public: true,
    description: 'country:age (0-25) entries.',
    parse: parseCountryRules(25),
  },
  billingCurrency: { default: 'USD', public: true, description: 'Currency code of prices.', parse: parseCurrency },
  billingTaxRules: {
    default: '',
    public: true,
    description: 'CODE:rate entries, shown on invoices.',
    parse: parseTaxRules,
  },
  gamblingEnabled: {
    default: false,
    public: true,
    description: 'Kept for the web client; the game itself is not part of this panel.',
    parse: parseBoolean,
  },
  gamblingResourceLuckyChance: {
    default: 0.0777,
    public: true,
    description: 'Kept for the web client.',
    parse: parseChance(0.0777),
  },
  gamblingPowerDenyChance: {
    default: 0.5,
    public: true,
    description: 'Kept for the web client.',
    parse: parseChance(0.5),
  },
  portalDescriptions: { default: null, public: true, description: 'Marketing text of each portal.', parse: parseJson },
  feedbackPromptChance: {
    default: 0.3,
    public: false,
    description: 'How often the web client asks for feedback.',
    parse: parseChance(0.3),
  },
  featureToggles: { default: defaultToggles, public: true, description: 'Feature flags.', parse: parseToggles },
  requireVerifiedEmail: {
    default: null,
    public: false,
    description: 'Whether creating a server needs a verified e-mail address; null: only when SMTP is configured.',
    parse: (value) => (value === null ? null : parseBoolean(value)),
  },
  idDocumentRetentionDays: {
    default: 90,
    public: false,
    description: 'Days after the decision at which identity documents are removed; 0 keeps them.',
    parse: parseWholeNumber(3_650),
  },
  dataExportApproval: {
    default: false,
    public: false,
    description: 'Whether exports that people ask for wait until staff agrees.',
    parse: parseBoolean,
  },
  requirePasswordForEmailChange: {
    default: false,
    public: false,
    description: 'Whether people must give their password to change their e-mail address.',
    parse: parseBoolean,
  },
  deleteServersWithAccount: {
    default: false,
    public: false,
    description: 'Whether servers are deleted with their owner; otherwise the deletion waits until he owns none.',
    parse: parseBoolean,
  },
  sftpKeyOnlyWithTwoFactor: {
    default: false,
    public: false,
    description: 'Whether accounts with a second factor log in over SFTP by SSH key only.',
    parse: parseBoolean,
  },
  accountSunsetDays: {
    default: 365,
    public: false,
    description: 'Days without a sign-in after which the owner is told that his account will be deleted; 0 never.',
    parse: parseSunsetDays,
  },
};

export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[];
