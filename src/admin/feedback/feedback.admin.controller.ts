import { Controller, Delete, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, ClientAddress, RequirePermission } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RowIdPipe } from '../../identity/access/row-id.pipe.js';
import { SuccessResponse } from '../../identity/dto/success.dto.js';
import { FeedbackPageResponse, FeedbackQuery } from './dto/feedback.dto.js';
import { FeedbackAdministration } from './feedback-administration.service.js';

@ApiTags('Feedback')
@RequirePermission('admin:access')
@Controller('api/admin/feedback')
export class FeedbackAdminController {
  constructor(private readonly feedback: FeedbackAdministration) {}

  /** List everybody's ratings, newest first */
  @Get()
  @ApiErrors(400)
  page(@Query() query: FeedbackQuery): Promise<FeedbackPageResponse> {
    return this.feedback.page(query);
  }

  /** Delete a rating */
  @Delete(':id')
  @ApiErrors(404)
  delete(
    @Param('id', new RowIdPipe('Feedback not found')) id: number,
    @Caller() { userId }: UserPrincipal,
    @ClientAddress() ipAddress: string,
  ): Promise<SuccessResponse> {
    return this.feedback.delete(id, { userId, ipAddress });
  }
}
