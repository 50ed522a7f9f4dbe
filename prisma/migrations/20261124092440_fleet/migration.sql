-- CreateEnum
CREATE TYPE "NodeHealthState" AS ENUM ('online', 'degraded', 'offline');

-- CreateEnum
CREATE TYPE "NodeOperationStatus" AS ENUM ('running', 'completed', 'failed');

-- AlterTable
ALTER TABLE "Allocation" ADD COLUMN     "dedicated" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "Node" ADD COLUMN     "cpuOvercommit" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "diskOvercommit" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "failedProbes" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "goodProbes" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "healthState" "NodeHealthState",
ADD COLUMN     "healthStateSince" TIMESTAMPTZ(3),
ADD COLUMN     "locationId" INTEGER,
ADD COLUMN     "maintenance" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "memoryOvercommit" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "previousTokenDigest" BYTEA,
ADD COLUMN     "previousTokenSealed" TEXT,
ADD COLUMN     "previousTokenUntil" TIMESTAMPTZ(3),
ADD COLUMN     "tokenDelivered" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "tokenRotatedAt" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "Location" (
    "id" SERIAL NOT NULL,
    "shortCode" VARCHAR(60) NOT NULL,
    "name" VARCHAR(128) NOT NULL,
    "description" VARCHAR(500),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Location_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "NodeHeartbeatHour" (
    "nodeId" INTEGER NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "checks" INTEGER NOT NULL,
    "good" INTEGER NOT NULL,
    "timeouts" INTEGER NOT NULL,
    "measured" INTEGER NOT NULL,
    "responseMs" BIGINT NOT NULL,

    CONSTRAINT "NodeHeartbeatHour_pkey" PRIMARY KEY ("nodeId","hour")
);

-- CreateTable
CREATE TABLE "NodeInstallToken" (
    "id" SERIAL NOT NULL,
    "nodeId" INTEGER NOT NULL,
    "digest" BYTEA NOT NULL,
    "createdBy" INTEGER NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "usedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "NodeInstallToken_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "NodeOperation" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "nodeId" INTEGER NOT NULL,
    "runningOn" INTEGER,
    "status" "NodeOperationStatus" NOT NULL DEFAULT 'running',
    "phase" VARCHAR(16) NOT NULL DEFAULT 'stop',
    "progress" INTEGER NOT NULL DEFAULT 0,
    "message" VARCHAR(255) NOT NULL DEFAULT '',
    "totalServers" INTEGER NOT NULL DEFAULT 0,
    "onlineCount" INTEGER NOT NULL DEFAULT 0,
    "killedCount" INTEGER NOT NULL DEFAULT 0,
    "servers" JSONB NOT NULL DEFAULT '[]',
    "leaseUntil" TIMESTAMPTZ(3),
    "graceUntil" TIMESTAMPTZ(3),
    "createdBy" INTEGER,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "NodeOperation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "NodeCommand" (
    "nodeId" INTEGER NOT NULL,
    "action" VARCHAR(32) NOT NULL,
    "payload" JSONB,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "NodeCommand_pkey" PRIMARY KEY ("nodeId")
);

-- CreateTable
CREATE TABLE "SocData" (
    "id" BIGSERIAL NOT NULL,
    "serverId" VARCHAR(64) NOT NULL,
    "metrics" JSONB NOT NULL,
    "timestamp" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "SocData_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ApiUsage" (
    "userId" INTEGER NOT NULL,
    "day" DATE NOT NULL,
    "route" VARCHAR(200) NOT NULL,
    "count" BIGINT NOT NULL,

    CONSTRAINT "ApiUsage_pkey" PRIMARY KEY ("userId","day","route")
);

-- CreateIndex
CREATE UNIQUE INDEX "Location_shortCode_key" ON "Location"("shortCode");

-- CreateIndex
CREATE INDEX "NodeHeartbeatHour_hour_idx" ON "NodeHeartbeatHour"("hour");

-- CreateIndex
CREATE UNIQUE INDEX "NodeInstallToken_digest_key" ON "NodeInstallToken"("digest");

-- CreateIndex
CREATE INDEX "NodeInstallToken_nodeId_idx" ON "NodeInstallToken"("nodeId");

-- CreateIndex
CREATE INDEX "NodeInstallToken_expiresAt_idx" ON "NodeInstallToken"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "NodeOperation_runningOn_key" ON "NodeOperation"("runningOn");

-- CreateIndex
CREATE INDEX "NodeOperation_nodeId_idx" ON "NodeOperation"("nodeId");

-- CreateIndex
CREATE INDEX "NodeOperation_status_leaseUntil_idx" ON "NodeOperation"("status", "leaseUntil");

-- CreateIndex
CREATE INDEX "NodeOperation_createdAt_idx" ON "NodeOperation"("createdAt");

-- CreateIndex
CREATE INDEX "SocData_serverId_timestamp_idx" ON "SocData"("serverId", "timestamp" DESC);

-- CreateIndex
CREATE INDEX "SocData_timestamp_idx" ON "SocData"("timestamp" DESC);

-- CreateIndex
CREATE INDEX "ApiUsage_day_idx" ON "ApiUsage"("day");

-- CreateIndex
CREATE UNIQUE INDEX "Node_previousTokenDigest_key" ON "Node"("previousTokenDigest");

-- CreateIndex
CREATE INDEX "Node_locationId_idx" ON "Node"("locationId");

-- AddForeignKey
ALTER TABLE "Node" ADD CONSTRAINT "Node_locationId_fkey" FOREIGN KEY ("locationId") REFERENCES "Location"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NodeHeartbeatHour" ADD CONSTRAINT "NodeHeartbeatHour_nodeId_fkey" FOREIGN KEY ("nodeId") REFERENCES "Node"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NodeInstallToken" ADD CONSTRAINT "NodeInstallToken_nodeId_fkey" FOREIGN KEY ("nodeId") REFERENCES "Node"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NodeOperation" ADD CONSTRAINT "NodeOperation_nodeId_fkey" FOREIGN KEY ("nodeId") REFERENCES "Node"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NodeCommand" ADD CONSTRAINT "NodeCommand_nodeId_fkey" FOREIGN KEY ("nodeId") REFERENCES "Node"("id") ON DELETE CASCADE ON UPDATE CASCADE;
