-- CreateEnum
CREATE TYPE "ScheduleAction" AS ENUM ('command', 'power', 'backup');

-- CreateEnum
CREATE TYPE "ScheduleRunState" AS ENUM ('running', 'completed', 'failed', 'skipped');

-- AlterTable
ALTER TABLE "ServerBackup" ADD COLUMN     "scheduled" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "ServerSchedule" (
    "uuid" UUID NOT NULL DEFAULT gen_random_uuid(),
    "serverUuid" UUID NOT NULL,
    "name" VARCHAR(191) NOT NULL,
    "minute" VARCHAR(64) NOT NULL DEFAULT '*',
    "hour" VARCHAR(64) NOT NULL DEFAULT '*',
    "dayOfMonth" VARCHAR(64) NOT NULL DEFAULT '*',
    "month" VARCHAR(64) NOT NULL DEFAULT '*',
    "dayOfWeek" VARCHAR(64) NOT NULL DEFAULT '*',
    "timezone" VARCHAR(64) NOT NULL DEFAULT 'UTC',
    "active" BOOLEAN NOT NULL DEFAULT true,
    "onlyWhenOnline" BOOLEAN NOT NULL DEFAULT false,
    "lastRunAt" TIMESTAMPTZ(3),
    "nextRunAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ServerSchedule_pkey" PRIMARY KEY ("uuid")
);

-- CreateTable
CREATE TABLE "ScheduleTask" (
    "scheduleUuid" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "action" "ScheduleAction" NOT NULL,
    "payload" TEXT NOT NULL DEFAULT '',
    "offsetSeconds" INTEGER NOT NULL DEFAULT 0,
    "continueOnFailure" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "ScheduleTask_pkey" PRIMARY KEY ("scheduleUuid","position")
);

-- CreateTable
CREATE TABLE "ScheduleRun" (
    "id" BIGSERIAL NOT NULL,
    "scheduleUuid" UUID NOT NULL,
    "dueAt" TIMESTAMPTZ(3) NOT NULL,
    "manual" BOOLEAN NOT NULL DEFAULT false,
    "state" "ScheduleRunState" NOT NULL DEFAULT 'running',
    "position" INTEGER NOT NULL DEFAULT 0,
    "problem" VARCHAR(255),
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "ScheduleRun_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "ServerSchedule_serverUuid_createdAt_idx" ON "ServerSchedule"("serverUuid", "createdAt");

-- CreateIndex
CREATE INDEX "ServerSchedule_nextRunAt_idx" ON "ServerSchedule"("nextRunAt");

-- CreateIndex
CREATE INDEX "ScheduleRun_dueAt_idx" ON "ScheduleRun"("dueAt");

-- CreateIndex
CREATE UNIQUE INDEX "ScheduleRun_scheduleUuid_dueAt_key" ON "ScheduleRun"("scheduleUuid", "dueAt");

-- AddForeignKey
ALTER TABLE "ServerSchedule" ADD CONSTRAINT "ServerSchedule_serverUuid_fkey" FOREIGN KEY ("serverUuid") REFERENCES "Server"("uuid") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ScheduleTask" ADD CONSTRAINT "ScheduleTask_scheduleUuid_fkey" FOREIGN KEY ("scheduleUuid") REFERENCES "ServerSchedule"("uuid") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ScheduleRun" ADD CONSTRAINT "ScheduleRun_scheduleUuid_fkey" FOREIGN KEY ("scheduleUuid") REFERENCES "ServerSchedule"("uuid") ON DELETE CASCADE ON UPDATE CASCADE;
