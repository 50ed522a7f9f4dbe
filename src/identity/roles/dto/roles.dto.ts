import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsNotEmpty, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { PERMISSION_PATTERN } from '../../../common/access/permissions.js';

const MAXIMUM_ID = 2_147_483_647;
const trimmed = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.trim() : value);

export class CreateRoleDto {
  @Transform(trimmed)
  @MaxLength(64, { message: 'name must be at most 64 characters.' })
  @IsString({ message: 'name is required' })
  @IsNotEmpty({ message: 'name is required' })
  @ApiProperty({ example: 'Support', maxLength: 64 })
  name!: string;

  @IsOptional()
  @IsString()
  @MaxLength(500)
  description?: string;

  /** Role whose permissions this one has too. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAXIMUM_ID)
  parentRoleId?: number;
}

export class AddPermissionDto {
  @Matches(PERMISSION_PATTERN, { message: 'value is no permission' })
  @IsString({ message: 'value is required' })
  @ApiProperty({ example: 'users:read', maxLength: 64 })
  value!: string;
}

export class AssignRoleDto {
  @Min(1)
  @Max(MAXIMUM_ID)
  @IsInt({ message: 'roleId is required' })
  @ApiProperty({ example: 2 })
  roleId!: number;
}

export class PermissionResponse {
  @ApiProperty({ example: 1 })
  id!: number;

  @ApiProperty({ example: 'users:read' })
  value!: string;
}

export class RoleBriefResponse {
  @ApiProperty({ example: 2 })
  id!: number;

  @ApiProperty({ example: 'Support' })
  name!: string;

  @ApiProperty({ type: String, nullable: true })
  description!: string | null;
}

export class ParentRoleResponse extends RoleBriefResponse {
  @ApiProperty({ type: Number, nullable: true })
  parentRoleId!: number | null;

  @ApiProperty({ type: [PermissionResponse] })
  permissions!: PermissionResponse[];
}

export class RoleResponse extends ParentRoleResponse {
  @ApiProperty({ type: ParentRoleResponse, nullable: true })
  parentRole!: ParentRoleResponse | null;
}

export class RoleResultResponse {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ type: RoleResponse })
  role!: RoleResponse;
}

export class PermissionResultResponse {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ type: PermissionResponse })
  perm!: PermissionResponse;
}

export class AssignmentResponse {
  @ApiProperty({ example: 1 })
  id!: number;

  @ApiProperty({ type: RoleBriefResponse })
  role!: RoleBriefResponse;
}

export class AssignmentResultResponse {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ type: AssignmentResponse })
  ur!: AssignmentResponse;
}

export class CataloguePermissionResponse {
  @ApiProperty({ example: 'users:read' })
  value!: string;

  @ApiProperty({ example: 'Users' })
  category!: string;

  @ApiPropertyOptional()
  description?: string;

  /** Meant for staff. */
  @ApiProperty()
  admin!: boolean;
}
