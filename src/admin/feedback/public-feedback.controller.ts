import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Public } from '../../common/access/decorators.js';
import { FeedbackSummaryResponse } from './dto/feedback.dto.js';
import { FeedbackAdministration } from './feedback-administration.service.js';

@ApiTags('Feedback')
@Public()
@Controller(['public/feedback', 'api/public/feedback'])
export class PublicFeedbackController {
  constructor(private readonly feedback: FeedbackAdministration) {}

  /** Tell how the panel is rated on average */
  @Get()
  summary(): Promise<FeedbackSummaryResponse> {
    return this.feedback.summary();
  }
}
