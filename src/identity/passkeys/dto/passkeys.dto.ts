import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsNotEmpty,
  IsObject,
  IsString,
  Matches,
  MaxLength,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';
import { IsEmailAddress } from '../../users/email-address.js';

const EXAMPLE = 'AQIDBAUGBwgJCgsMDQ4PEA';
const trimmed = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.trim() : value);

/** Bytes as base64url. */
const Base64Url = (maximum: number): PropertyDecorator =>
  applyDecorators(
    IsString(),
    MinLength(1),
    MaxLength(maximum),
    Matches(/^[\w-]+=*$/, { message: '$property must be base64url' }),
    ApiProperty({ example: EXAMPLE, maxLength: maximum }),
  );

class CredentialDto {
  @Base64Url(1_400)
  id!: string;

  @Base64Url(1_400)
  rawId!: string;

  @IsString()
  @Matches(/^public-key$/, { message: 'type must be public-key' })
  @ApiProperty({ enum: ['public-key'] })
  type!: 'public-key';
}

class AttestationDto {
  @Base64Url(8_192)
  clientDataJSON!: string;

  @Base64Url(65_536)
  attestationObject!: string;

  @OptionalField()
  @IsArray()
  @ArrayMaxSize(10)
  @IsString({ each: true })
  @MaxLength(32, { each: true })
  @ApiPropertyOptional({ type: [String], example: ['internal'] })
  transports?: string[];
}

class RegistrationCredentialDto extends CredentialDto {
  @IsObject()
  @ValidateNested()
  @Type(() => AttestationDto)
  @ApiProperty({ type: AttestationDto })
  response!: AttestationDto;
}

class AssertionDto {
  @Base64Url(8_192)
  clientDataJSON!: string;

  @Base64Url(8_192)
  authenticatorData!: string;

  @Base64Url(8_192)
  signature!: string;

  @OptionalField()
  @IsString()
  @MaxLength(128)
  @ApiPropertyOptional({ type: String, nullable: true, example: 'MQ' })
  userHandle?: string;
}

class AuthenticationCredentialDto extends CredentialDto {
  @IsObject()
  @ValidateNested()
  @Type(() => AssertionDto)
  @ApiProperty({ type: AssertionDto })
  response!: AssertionDto;
}

/** What `navigator.credentials.create()` answered, in its JSON form. */
export class RegisterPasskeyDto {
  @IsObject({ message: 'attestationResponse is required' })
  @ValidateNested()
  @Type(() => RegistrationCredentialDto)
  @ApiProperty({ type: RegistrationCredentialDto })
  attestationResponse!: RegistrationCredentialDto;
}

export class PasskeySignInChallengeDto {
  /** Absent: the authenticator names the account itself. */
  @OptionalField()
  @IsEmailAddress()
  @ApiPropertyOptional({ example: 'ada@example.com', maxLength: 254 })
  email?: string;
}

/** What `navigator.credentials.get()` answered, in its JSON form. */
export class PasskeySignInDto {
  /** Absent: the account is the one that `userHandle` names. */
  @OptionalField()
  @IsEmailAddress()
  @ApiPropertyOptional({ example: 'ada@example.com', maxLength: 254 })
  email?: string;

  @IsObject({ message: 'authenticationResponse is required' })
  @ValidateNested()
  @Type(() => AuthenticationCredentialDto)
  @ApiProperty({ type: AuthenticationCredentialDto })
  authenticationResponse!: AuthenticationCredentialDto;
}

export class RenamePasskeyDto {
  @Transform(trimmed)
  @MaxLength(64, { message: 'name must be at most 64 characters.' })
  @IsString({ message: 'name is required' })
  @IsNotEmpty({ message: 'name is required' })
  @ApiProperty({ example: 'Laptop', maxLength: 64 })
  name!: string;
}
