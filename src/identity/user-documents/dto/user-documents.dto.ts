import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';

/** What staff says about a document, beside the file. */
export class UserDocumentFieldsDto {
  @OptionalField()
  @IsString()
  @MaxLength(128)
  name?: string;

  @OptionalField()
  @IsString()
  @MaxLength(256)
  description?: string;
}

export class UserDocumentResponse {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'Contract' })
  name!: string;

  @ApiProperty({ type: String, nullable: true })
  description!: string | null;

  @ApiProperty({ example: 'document_1764000000000_Contract.pdf' })
  filename!: string;

  @ApiProperty({ example: 'https://panel.example/uploads/user-documents/1/document_1764000000000_Contract.pdf' })
  url!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  uploadedAt!: Date;
}

export class UploadedUserDocumentResponse {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ type: UserDocumentResponse })
  document!: UserDocumentResponse;
}

class UserDocumentLists {
  /** What staff uploaded, oldest first. */
  @ApiProperty({ type: [UserDocumentResponse] })
  admin!: UserDocumentResponse[];

  /** What the person agreed to, as the settings of the account keep it. */
  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true } })
  agreed!: Record<string, unknown>[];
}

export class UserDocumentsResponse {
  @ApiProperty({ type: UserDocumentLists })
  documents!: UserDocumentLists;
}
