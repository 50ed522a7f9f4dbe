import { PickType } from '@nestjs/swagger';
import { ActivityQuery } from '../../../identity/activity/dto/activity.dto.js';

/** Which part of an organisation's activity to show. */
export class OrganisationActivityQuery extends PickType(ActivityQuery, ['limit', 'offset'] as const) {}
