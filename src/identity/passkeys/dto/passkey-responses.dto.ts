import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

class RelyingPartyResponse {
  @ApiProperty({ example: 'panel.example.com' })
  id?: string;

  @ApiProperty({ example: 'EcliPanel' })
  name!: string;
}

class PasskeyUserResponse {
  /** The account's id in decimal, as base64url. */
  @ApiProperty({ example: 'MQ' })
  id!: string;

  @ApiProperty({ example: 'ada@example.com' })
  name!: string;

  @ApiProperty({ example: 'Ada Lovelace' })
  displayName!: string;
}

class CredentialParameterResponse {
  /** COSE algorithm. */
  @ApiProperty({ example: -7 })
  alg!: number;

  @ApiProperty({ enum: ['public-key'] })
  type!: string;
}

class CredentialDescriptorResponse {
  @ApiProperty()
  id!: string;

  @ApiProperty({ enum: ['public-key'] })
  type!: string;

  @ApiPropertyOptional({ type: [String] })
  transports?: string[];
}

/** For `PublicKeyCredential.parseCreationOptionsFromJSON()`. */
export class PasskeyRegistrationOptionsResponse {
  @ApiProperty()
  challenge!: string;

  @ApiProperty({ type: RelyingPartyResponse })
  rp!: RelyingPartyResponse;

  @ApiProperty({ type: PasskeyUserResponse })
  user!: PasskeyUserResponse;

  @ApiProperty({ type: [CredentialParameterResponse] })
  pubKeyCredParams!: CredentialParameterResponse[];

  /** Milliseconds. */
  @ApiPropertyOptional({ example: 300_000 })
  timeout?: number;

  @ApiPropertyOptional({ example: 'none' })
  attestation?: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  authenticatorSelection?: object;

  @ApiPropertyOptional({ type: [CredentialDescriptorResponse] })
  excludeCredentials?: CredentialDescriptorResponse[];

  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  extensions?: object;

  @ApiPropertyOptional({ type: [String] })
  hints?: string[];
}

/** For `PublicKeyCredential.parseRequestOptionsFromJSON()`. */
export class PasskeySignInOptionsResponse {
  @ApiProperty()
  challenge!: string;

  @ApiPropertyOptional({ example: 'panel.example.com' })
  rpId?: string;

  /** Milliseconds. */
  @ApiPropertyOptional({ example: 300_000 })
  timeout?: number;

  @ApiPropertyOptional({ enum: ['required', 'preferred', 'discouraged'] })
  userVerification?: string;

  @ApiPropertyOptional({ type: [CredentialDescriptorResponse] })
  allowCredentials?: CredentialDescriptorResponse[];

  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  extensions?: object;
}

export class PasskeyNameResponse {
  @ApiProperty({ example: 1 })
  id!: number;

  @ApiProperty({ example: 'Laptop' })
  name!: string;
}

export class RegisteredPasskeyResponse {
  @ApiProperty({ example: true })
  verified!: boolean;

  @ApiProperty({ type: PasskeyNameResponse })
  passkey!: PasskeyNameResponse;
}

export class RenamedPasskeyResponse {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ type: PasskeyNameResponse })
  passkey!: PasskeyNameResponse;
}

export class PasskeyResponse extends PasskeyNameResponse {
  /** base64url */
  @ApiProperty()
  credentialID!: string;

  /** Comma separated. */
  @ApiProperty({ example: 'internal,hybrid' })
  transports!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastUsedAt!: Date | null;
}
