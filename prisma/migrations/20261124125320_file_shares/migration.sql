-- CreateTable
CREATE TABLE "ServerFileShare" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "serverUuid" UUID NOT NULL,
    "createdById" INTEGER NOT NULL,
    "byStaff" BOOLEAN NOT NULL DEFAULT false,
    "filePath" TEXT NOT NULL,
    "expiresIn" VARCHAR(16) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3),
    "tokenDigest" BYTEA NOT NULL,
    "tokenSealed" TEXT NOT NULL,
    "downloads" INTEGER NOT NULL DEFAULT 0,
    "maximumDownloads" INTEGER,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ServerFileShare_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "ServerFileShare_tokenDigest_key" ON "ServerFileShare"("tokenDigest");

-- CreateIndex
CREATE INDEX "ServerFileShare_serverUuid_createdAt_idx" ON "ServerFileShare"("serverUuid", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "ServerFileShare_createdById_idx" ON "ServerFileShare"("createdById");

-- AddForeignKey
ALTER TABLE "ServerFileShare" ADD CONSTRAINT "ServerFileShare_serverUuid_fkey" FOREIGN KEY ("serverUuid") REFERENCES "Server"("uuid") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ServerFileShare" ADD CONSTRAINT "ServerFileShare_createdById_fkey" FOREIGN KEY ("createdById") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
