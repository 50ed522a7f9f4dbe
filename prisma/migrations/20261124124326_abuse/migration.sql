-- CreateEnum
CREATE TYPE "AbuseIncidentStatus" AS ENUM ('pending', 'accepted', 'rejected', 'archived');

-- CreateTable
CREATE TABLE "AbuseAgent" (
    "key" VARCHAR(160) NOT NULL,
    "agentId" VARCHAR(120) NOT NULL,
    "detectorName" VARCHAR(64) NOT NULL,
    "nodeId" INTEGER,
    "nodeName" VARCHAR(128),
    "version" VARCHAR(64),
    "configVersion" VARCHAR(64),
    "pid" INTEGER,
    "lastSeenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AbuseAgent_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "AbuseIncident" (
    "id" SERIAL NOT NULL,
    "status" "AbuseIncidentStatus" NOT NULL DEFAULT 'pending',
    "serverUuid" UUID NOT NULL,
    "serverName" VARCHAR(191) NOT NULL,
    "nodeId" INTEGER NOT NULL,
    "nodeName" VARCHAR(128) NOT NULL,
    "detectorName" VARCHAR(64) NOT NULL,
    "detectionType" VARCHAR(64) NOT NULL DEFAULT 'unknown',
    "enforcementAction" VARCHAR(16) NOT NULL DEFAULT 'unknown',
    "reason" VARCHAR(600) NOT NULL,
    "strikeCount" INTEGER NOT NULL DEFAULT 0,
    "suspendAttempted" BOOLEAN NOT NULL DEFAULT false,
    "suspendSuccess" BOOLEAN NOT NULL DEFAULT false,
    "sourceIp" VARCHAR(45),
    "targetIp" VARCHAR(45),
    "targetPort" INTEGER,
    "metrics" JSONB,
    "recentEvents" JSONB,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AbuseIncident_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "AbuseAgent_lastSeenAt_idx" ON "AbuseAgent"("lastSeenAt");

-- CreateIndex
CREATE INDEX "AbuseIncident_serverUuid_id_idx" ON "AbuseIncident"("serverUuid", "id" DESC);

-- CreateIndex
CREATE INDEX "AbuseIncident_status_createdAt_idx" ON "AbuseIncident"("status", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "AbuseIncident_createdAt_idx" ON "AbuseIncident"("createdAt" DESC);
