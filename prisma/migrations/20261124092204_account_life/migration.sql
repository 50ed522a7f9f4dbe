-- CreateEnum
CREATE TYPE "DeletionStatus" AS ENUM ('pending', 'pending_deletion', 'approved', 'rejected', 'cancelled', 'deleted');

-- AlterEnum
-- This migration adds more than one value to an enum.
-- With PostgreSQL versions 11 and earlier, this is not possible
-- in a single migration. This can be worked around by creating
-- multiple migrations, each migration adding only one value to
-- the enum.


ALTER TYPE "EmailTokenPurpose" ADD VALUE 'restore_email';
ALTER TYPE "EmailTokenPurpose" ADD VALUE 'cancel_deletion';

-- AlterTable
ALTER TABLE "User" ADD COLUMN     "deletedAt" TIMESTAMPTZ(3),
ADD COLUMN     "deletionApproved" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "deletionRequested" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "DeletionRequest" (
    "id" SERIAL NOT NULL,
    "userId" INTEGER NOT NULL,
    "status" "DeletionStatus" NOT NULL DEFAULT 'pending',
    "requestedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "approvedAt" TIMESTAMPTZ(3),
    "approvedBy" INTEGER,
    "scheduledDeletionAt" TIMESTAMPTZ(3),
    "deletedAt" TIMESTAMPTZ(3),
    "autoSunset" BOOLEAN NOT NULL DEFAULT false,
    "idVerified" BOOLEAN NOT NULL DEFAULT false,
    "wasSuspended" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "DeletionRequest_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "DeletedUserRetention" (
    "id" SERIAL NOT NULL,
    "userId" INTEGER NOT NULL,
    "deletionRequestId" INTEGER,
    "firstName" VARCHAR(64) NOT NULL,
    "lastName" VARCHAR(64) NOT NULL,
    "email" VARCHAR(254) NOT NULL,
    "hasBillingHistory" BOOLEAN NOT NULL DEFAULT false,
    "deletedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retainUntil" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "DeletedUserRetention_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "DeletionRequest_userId_requestedAt_idx" ON "DeletionRequest"("userId", "requestedAt" DESC);

-- CreateIndex
CREATE INDEX "DeletionRequest_status_scheduledDeletionAt_idx" ON "DeletionRequest"("status", "scheduledDeletionAt");

-- CreateIndex
CREATE INDEX "DeletionRequest_requestedAt_id_idx" ON "DeletionRequest"("requestedAt" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "DeletedUserRetention_userId_key" ON "DeletedUserRetention"("userId");

-- CreateIndex
CREATE INDEX "DeletedUserRetention_retainUntil_idx" ON "DeletedUserRetention"("retainUntil");

-- AddForeignKey
ALTER TABLE "DeletionRequest" ADD CONSTRAINT "DeletionRequest_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
