import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min, ValidateBy } from 'class-validator';
import { BoundedNumber, NumberOfForm } from '../../../common/validation/lenient-numbers.js';
import { OptionalField } from '../../../common/validation/optional-field.js';

const BEST = 5;
const MAXIMUM_WORDS = 250;
const MAXIMUM_LENGTH = 4_000;
const RATING_TEXT = 'rating must be a whole number from 0 to 5';

const AtMostWords = (maximum: number): PropertyDecorator =>
  ValidateBy({
    name: 'atMostWords',
    validator: {
      validate: (value) => typeof value === 'string' && value.split(/\s+/).filter(Boolean).length <= maximum,
      defaultMessage: () => `message must be at most ${maximum} words`,
    },
  });

export class SubmitFeedbackDto {
  @NumberOfForm()
  @IsInt({ message: RATING_TEXT })
  @Min(0, { message: RATING_TEXT })
  @Max(BEST, { message: RATING_TEXT })
  @ApiProperty({ type: Number, minimum: 0, maximum: BEST, example: 5 })
  rating!: number;

  /** At most 250 words. */
  @OptionalField()
  @IsString()
  @MaxLength(MAXIMUM_LENGTH)
  @AtMostWords(MAXIMUM_WORDS)
  @ApiPropertyOptional({ type: String, maxLength: MAXIMUM_LENGTH })
  message?: string;
}

export class FeedbackQuery {
  /** Page, from 1. */
  @IsOptional()
  @BoundedNumber(1, 1, 10_000)
  @ApiPropertyOptional({ type: Number, default: 1 })
  page = 1;

  /** Entries a page, at most 100. */
  @IsOptional()
  @BoundedNumber(50, 1, 100)
  @ApiPropertyOptional({ type: Number, default: 50, maximum: 100 })
  limit = 50;

  /** Only with this rating. */
  @NumberOfForm()
  @OptionalField()
  @IsInt({ message: RATING_TEXT })
  @Min(0, { message: RATING_TEXT })
  @Max(BEST, { message: RATING_TEXT })
  @ApiPropertyOptional({ type: Number, minimum: 0, maximum: BEST })
  rating?: number;
}

export class FeedbackResponse {
  @ApiProperty({ example: 1 })
  id!: number;

  @ApiProperty({ example: 5 })
  rating!: number;

  @ApiProperty({ type: String, nullable: true })
  message!: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;
}

export class FeedbackAuthorResponse {
  @ApiProperty({ example: 1 })
  id!: number;

  @ApiProperty({ example: 'Ada' })
  firstName!: string;

  @ApiProperty({ example: 'Lovelace' })
  lastName!: string;

  @ApiProperty({ example: 'ada@example.com' })
  email!: string;

  @ApiProperty({ type: String, nullable: true })
  avatarUrl!: string | null;
}

export class AdminFeedbackResponse extends FeedbackResponse {
  @ApiProperty({ example: 1 })
  userId!: number;

  @ApiProperty({ type: FeedbackAuthorResponse })
  user!: FeedbackAuthorResponse;
}

export class FeedbackPageResponse {
  @ApiProperty({ type: [AdminFeedbackResponse] })
  data!: AdminFeedbackResponse[];

  /** On all pages together. */
  total!: number;

  page!: number;

  limit!: number;
}

const REASONS = ['not_in_rollout', 'already_submitted', 'random_selected', 'random_skipped'] as const;

export class FeedbackPromptResponse {
  /** Whether to ask now. */
  shouldPrompt!: boolean;

  @ApiProperty({ enum: REASONS })
  reason!: (typeof REASONS)[number];
}

export class FeedbackStatusResponse {
  /** Whether the caller may rate the panel. */
  inRollout!: boolean;

  /** Whether he has; only for those who may. */
  @ApiPropertyOptional({ type: Boolean })
  submitted?: boolean;
}

export class FeedbackSummaryResponse {
  /** 0 when nobody has rated the panel; two decimals. */
  @ApiProperty({ example: 4.25 })
  averageRating!: number;

  @ApiProperty({ example: 12 })
  reviewCount!: number;
}
