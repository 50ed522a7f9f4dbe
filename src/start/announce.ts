import type { INestApplication } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { PrismaService } from '../prisma/prisma.service.js';

/** Tells a person at the terminal where the panel is and, while there is no admin, how to make one. */
export async function announce(app: INestApplication, config: Config): Promise<void> {
  const lines = [
    '',
    `  ${config.env.BRAND_NAME} is ready: ${config.panelUrl}`,
    `  API playground:   ${config.panelUrl}/openapi`,
  ];
  const admins = await app.get(PrismaService).user.count({ where: { role: { in: ['rootAdmin', '*'] } } });
  if (admins === 0) {
    lines.push(
      '',
      '  There is no admin yet. Register an account (POST /api/users/register), then:',
      '    npm run panel -- promote <email>',
      '  or start once with ADMIN_EMAIL and ADMIN_PASSWORD set.',
    );
  }
  console.log(`${lines.join('\n')}\n`);
}
