import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsNotEmpty, IsString, MaxLength } from 'class-validator';

const MISSING = 'name and publicKey are required';
const trimmed = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.trim() : value);

export class AddSshKeyDto {
  @Transform(trimmed)
  @MaxLength(64, { message: 'name must be at most 64 characters.' })
  @IsString({ message: MISSING })
  @IsNotEmpty({ message: MISSING })
  @ApiProperty({ example: 'Laptop', maxLength: 64 })
  name!: string;

  /** One line as in `~/.ssh/id_ed25519.pub`; RSA keys need 2048 bits. */
  @Transform(trimmed)
  @MaxLength(8_192, { message: 'publicKey must be at most 8192 characters.' })
  @IsString({ message: MISSING })
  @IsNotEmpty({ message: MISSING })
  @ApiProperty({
    example: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILHT6xE9tX79T9ZGDb9ZbDYj4xaIJMe8VdhyjLrUZXst ada@laptop',
  })
  publicKey!: string;
}

export class RenameSshKeyDto {
  @Transform(trimmed)
  @MaxLength(64, { message: 'name must be at most 64 characters.' })
  @IsString({ message: 'name is required' })
  @IsNotEmpty({ message: 'name is required' })
  @ApiProperty({ example: 'Laptop', maxLength: 64 })
  name!: string;
}

export class SshKeyResponse {
  @ApiProperty({ example: 1 })
  id!: number;

  @ApiProperty({ example: 'Laptop' })
  name!: string;

  /** As `ssh-keygen -l` prints it. */
  @ApiProperty({ example: 'SHA256:uNiVztksCsDhcc0u9e8BrrJXVoh0u2UMmXvLzsdwZTs' })
  fingerprint!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;
}

export class SshKeyNameResponse {
  @ApiProperty({ example: 1 })
  id!: number;

  @ApiProperty({ example: 'Laptop' })
  name!: string;
}

export class RenamedSshKeyResponse {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ type: SshKeyNameResponse })
  key!: SshKeyNameResponse;
}
