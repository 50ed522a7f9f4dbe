import { ApiProperty } from '@nestjs/swagger';

export class EndpointUsage {
  @ApiProperty({ example: 'GET /api/servers/:id' })
  endpoint!: string;

  @ApiProperty({ type: 'integer', description: 'Requests in the last 90 days.' })
  count!: number;
}
