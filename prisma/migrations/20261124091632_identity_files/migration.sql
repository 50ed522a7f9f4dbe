-- CreateEnum
CREATE TYPE "IdVerificationStatus" AS ENUM ('pending', 'verified', 'failed');

-- CreateEnum
CREATE TYPE "IdDocumentKind" AS ENUM ('idDocument', 'selfie');

-- AlterTable
ALTER TABLE "User" ADD COLUMN     "idVerified" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "Avatar" (
    "userId" INTEGER NOT NULL,
    "version" CHAR(16) NOT NULL,
    "content" BYTEA NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Avatar_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE "IdVerification" (
    "id" SERIAL NOT NULL,
    "userId" INTEGER NOT NULL,
    "status" "IdVerificationStatus" NOT NULL DEFAULT 'pending',
    "pendingUserId" INTEGER,
    "provider" VARCHAR(32) NOT NULL DEFAULT 'manual',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "decidedAt" TIMESTAMPTZ(3),
    "verifiedAt" TIMESTAMPTZ(3),

    CONSTRAINT "IdVerification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "IdDocument" (
    "name" VARCHAR(96) NOT NULL,
    "verificationId" INTEGER NOT NULL,
    "kind" "IdDocumentKind" NOT NULL,
    "contentType" VARCHAR(32) NOT NULL,
    "sealed" BYTEA NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "IdDocument_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "UserDocument" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "userId" INTEGER NOT NULL,
    "name" VARCHAR(128) NOT NULL,
    "description" VARCHAR(256),
    "filename" VARCHAR(160) NOT NULL,
    "sealed" BYTEA NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "UserDocument_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "IdVerification_pendingUserId_key" ON "IdVerification"("pendingUserId");

-- CreateIndex
CREATE INDEX "IdVerification_userId_id_idx" ON "IdVerification"("userId", "id" DESC);

-- CreateIndex
CREATE INDEX "IdVerification_status_id_idx" ON "IdVerification"("status", "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "IdDocument_verificationId_kind_key" ON "IdDocument"("verificationId", "kind");

-- CreateIndex
CREATE UNIQUE INDEX "UserDocument_userId_filename_key" ON "UserDocument"("userId", "filename");

-- AddForeignKey
ALTER TABLE "Avatar" ADD CONSTRAINT "Avatar_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "IdVerification" ADD CONSTRAINT "IdVerification_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "IdDocument" ADD CONSTRAINT "IdDocument_verificationId_fkey" FOREIGN KEY ("verificationId") REFERENCES "IdVerification"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "UserDocument" ADD CONSTRAINT "UserDocument_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
