import { Body, Controller, Get, HttpStatus, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiExtraModels, ApiOkResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { Response } from 'express';
import { Authenticated, Caller } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import {
  FeedbackPromptResponse,
  FeedbackResponse,
  FeedbackStatusResponse,
  SubmitFeedbackDto,
} from './dto/feedback.dto.js';
import { Feedback } from './feedback.service.js';

/** What one thinks of the panel; asked of those who are in the rollout `feedback_prompt`. */
@ApiTags('Feedback')
@Authenticated()
@Controller('api/feedback')
export class FeedbackController {
  constructor(private readonly feedback: Feedback) {}

  /** Rate the panel, or change one's rating */
  @Post()
  @ApiCreatedResponse({ type: FeedbackResponse })
  @ApiOkResponse({ type: FeedbackResponse, description: 'The rating was changed.' })
  @ApiErrors(400)
  async submit(
    @Caller() caller: UserPrincipal,
    @Body() body: SubmitFeedbackDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<FeedbackResponse> {
    const { isNew, feedback } = await this.feedback.submit(caller, body);
    response.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
    return feedback;
  }

  /** Read one's own rating; null when there is none */
  @Get()
  @ApiExtraModels(FeedbackResponse)
  @ApiOkResponse({ schema: { allOf: [{ $ref: getSchemaPath(FeedbackResponse) }], nullable: true } })
  async own(@Caller() caller: UserPrincipal, @Res() response: Response): Promise<void> {
    // Nest sends nothing at all where a handler returns null.
    response.json(await this.feedback.own(caller));
  }

  /** Tell whether to ask for a rating now */
  @Get('check')
  prompt(@Caller() caller: UserPrincipal): Promise<FeedbackPromptResponse> {
    return this.feedback.prompt(caller);
  }

  /** Tell whether one may rate the panel and has done so */
  @Get('status')
  status(@Caller() caller: UserPrincipal): Promise<FeedbackStatusResponse> {
    return this.feedback.status(caller);
  }
}
