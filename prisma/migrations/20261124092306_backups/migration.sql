-- CreateEnum
CREATE TYPE "BackupState" AS ENUM ('running', 'completed', 'failed', 'deleting');

-- AlterTable
ALTER TABLE "Server" ADD COLUMN     "restoringBackup" UUID,
ADD COLUMN     "restoringSince" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "ServerBackup" (
    "uuid" UUID NOT NULL DEFAULT gen_random_uuid(),
    "serverUuid" UUID NOT NULL,
    "nodeId" INTEGER NOT NULL,
    "adapter" VARCHAR(32) NOT NULL DEFAULT 'wings',
    "name" VARCHAR(191) NOT NULL,
    "ignoredFiles" TEXT NOT NULL DEFAULT '',
    "state" "BackupState" NOT NULL DEFAULT 'running',
    "bytes" BIGINT NOT NULL DEFAULT 0,
    "files" INTEGER,
    "checksum" VARCHAR(255),
    "checksumType" VARCHAR(32),
    "browsable" BOOLEAN NOT NULL DEFAULT false,
    "streaming" BOOLEAN NOT NULL DEFAULT false,
    "locked" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "completedAt" TIMESTAMPTZ(3),

    CONSTRAINT "ServerBackup_pkey" PRIMARY KEY ("uuid")
);

-- CreateIndex
CREATE INDEX "ServerBackup_serverUuid_createdAt_idx" ON "ServerBackup"("serverUuid", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "ServerBackup_nodeId_state_idx" ON "ServerBackup"("nodeId", "state");

-- AddForeignKey
ALTER TABLE "ServerBackup" ADD CONSTRAINT "ServerBackup_serverUuid_fkey" FOREIGN KEY ("serverUuid") REFERENCES "Server"("uuid") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ServerBackup" ADD CONSTRAINT "ServerBackup_nodeId_fkey" FOREIGN KEY ("nodeId") REFERENCES "Node"("id") ON DELETE CASCADE ON UPDATE CASCADE;
