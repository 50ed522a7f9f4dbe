-- DropIndex
DROP INDEX "ApiKey_userId_idx";

-- AlterTable
ALTER TABLE "ApiKey" ADD COLUMN     "organisationId" INTEGER;

-- AlterTable
ALTER TABLE "User" ADD COLUMN     "limitsBeforeStudent" JSONB;

-- CreateIndex
CREATE INDEX "ApiKey_userId_organisationId_idx" ON "ApiKey"("userId", "organisationId");

-- AddForeignKey
ALTER TABLE "ApiKey" ADD CONSTRAINT "ApiKey_userId_organisationId_fkey" FOREIGN KEY ("userId", "organisationId") REFERENCES "OrganisationMember"("userId", "organisationId") ON DELETE CASCADE ON UPDATE CASCADE;
