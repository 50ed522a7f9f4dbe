import { IsBoolean, IsOptional } from 'class-validator';

/** How an installation ended. */
export class InstallReport {
  @IsBoolean()
  successful!: boolean;

  /** Whether it was not the first one. */
  @IsOptional()
  @IsBoolean()
  reinstall?: boolean;
}
