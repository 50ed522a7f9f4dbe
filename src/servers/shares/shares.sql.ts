import type { Statement } from '../../prisma/database.js';

/** A link whose server is not locked and whose maker may still share. */
const VALID = `
  SELECT s."id" FROM "ServerFileShare" s
  JOIN "Server" v ON v."uuid" = s."serverUuid"
  JOIN "User" u ON u."id" = s."createdById"
  WHERE s."tokenDigest" = $1 AND s."active" AND NOT v."suspended" AND NOT v."dmca" AND NOT u."suspended"
    AND (s."byStaff" OR v."ownerId" = s."createdById" OR EXISTS (
      SELECT 1 FROM "ServerSubuser" p
      WHERE p."serverUuid" = v."uuid" AND p."userId" = s."createdById" AND p."accepted"
        AND p."permissions" && ARRAY['file-sharing', '*']))`;

const LIVE = `(s."expiresAt" IS NULL OR s."expiresAt" > now())
  AND (s."maximumDownloads" IS NULL OR s."downloads" < s."maximumDownloads")`;

export interface SharedFileRow {
  id: string;
  serverUuid: string;
  nodeId: number;
  filePath: string;
  expiresAt: Date | null;
  downloads: number;
  live: boolean;
}

/** The link with the digest of a token, whether its time is over or not. */
export const FIND_SHARE: Statement = {
  name: 'find_file_share',
  text: `
  SELECT s."id", s."serverUuid", v."nodeId", s."filePath", s."expiresAt", s."downloads", (${LIVE}) AS "live"
  FROM "ServerFileShare" s JOIN "Server" v ON v."uuid" = s."serverUuid"
  WHERE s."id" IN (${VALID})`,
};

/** Counts one download, unless the link is over: of those that come at once only as many as are left. */
export const COUNT_DOWNLOAD: Statement = {
  name: 'count_file_share',
  text: `
  UPDATE "ServerFileShare" s SET "downloads" = s."downloads" + 1
  WHERE s."id" IN (${VALID}) AND ${LIVE}
  RETURNING s."id"`,
};
