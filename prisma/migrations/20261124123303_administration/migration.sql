-- CreateTable
CREATE TABLE "AuditLink" (
    "seq" BIGINT NOT NULL,
    "entryId" BIGINT NOT NULL,
    "entryAt" TIMESTAMPTZ(3) NOT NULL,
    "entryDigest" BYTEA NOT NULL,
    "ipDigest" BYTEA NOT NULL,
    "ipSalt" BYTEA,
    "metadataDigest" BYTEA NOT NULL,
    "metadataSalt" BYTEA,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "AuditLink_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "AuditHead" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL DEFAULT 0,
    "seal" TEXT,
    "settledId" BIGINT NOT NULL DEFAULT 0,
    "candidateId" BIGINT NOT NULL DEFAULT 0,
    "candidateAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AuditHead_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AuditCheckpoint" (
    "seq" BIGINT NOT NULL,
    "seal" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AuditCheckpoint_pkey" PRIMARY KEY ("seq")
);

-- CreateIndex
CREATE UNIQUE INDEX "AuditLink_entryId_key" ON "AuditLink"("entryId");

-- CreateIndex
CREATE INDEX "AuditLink_entryAt_idx" ON "AuditLink"("entryAt");

-- CreateIndex
CREATE INDEX "Server_createdAt_uuid_idx" ON "Server"("createdAt", "uuid");

-- CreateIndex
CREATE INDEX "Server_name_uuid_idx" ON "Server"("name", "uuid");

-- CreateIndex
CREATE INDEX "User_createdAt_idx" ON "User"("createdAt");

-- CreateIndex
CREATE INDEX "User_lastPanelActivityAt_idx" ON "User"("lastPanelActivityAt");

-- CreateEnum
CREATE TYPE "WebhookDeliveryStatus" AS ENUM ('pending', 'delivered', 'failed');

-- CreateTable
CREATE TABLE "Webhook" (
    "id" SERIAL NOT NULL,
    "userId" INTEGER NOT NULL,
    "isPanel" BOOLEAN NOT NULL DEFAULT false,
    "url" VARCHAR(2048) NOT NULL,
    "secretSealed" TEXT NOT NULL,
    "events" TEXT[],
    "active" BOOLEAN NOT NULL DEFAULT true,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Webhook_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "WebhookDelivery" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "webhookId" INTEGER NOT NULL,
    "eventId" UUID NOT NULL,
    "event" VARCHAR(128) NOT NULL,
    "body" TEXT NOT NULL,
    "status" "WebhookDeliveryStatus" NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "responseStatus" INTEGER,
    "error" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deliveredAt" TIMESTAMPTZ(3),

    CONSTRAINT "WebhookDelivery_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Webhook_userId_idx" ON "Webhook"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "WebhookDelivery_webhookId_eventId_key" ON "WebhookDelivery"("webhookId", "eventId");

-- CreateIndex
CREATE INDEX "WebhookDelivery_webhookId_createdAt_idx" ON "WebhookDelivery"("webhookId", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "WebhookDelivery_createdAt_idx" ON "WebhookDelivery"("createdAt");

-- AddForeignKey
ALTER TABLE "Webhook" ADD CONSTRAINT "Webhook_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WebhookDelivery" ADD CONSTRAINT "WebhookDelivery_webhookId_fkey" FOREIGN KEY ("webhookId") REFERENCES "Webhook"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Searches use ILIKE, which these indexes make fast and which works without them: a database whose role may not create the
-- extension goes without. An administrator can add them later (docs/operations.md).
DO $$
BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  CREATE INDEX "Egg_search_idx" ON "Egg" USING GIN ("name" gin_trgm_ops);
  CREATE INDEX "Node_search_idx" ON "Node" USING GIN ("name" gin_trgm_ops);
  CREATE INDEX "Organisation_search_idx" ON "Organisation" USING GIN ("name" gin_trgm_ops, "handle" gin_trgm_ops);
  CREATE INDEX "Server_search_idx" ON "Server" USING GIN ("name" gin_trgm_ops);
  CREATE INDEX "User_search_idx" ON "User" USING GIN ("email" gin_trgm_ops, "firstName" gin_trgm_ops, "lastName" gin_trgm_ops, "displayName" gin_trgm_ops);
EXCEPTION
  WHEN insufficient_privilege OR undefined_file OR feature_not_supported OR undefined_object THEN
    RAISE NOTICE 'pg_trgm is not available: searches go without trigram indexes';
END
$$;
