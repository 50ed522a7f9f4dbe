-- DropIndex
DROP INDEX "ActivityEntry_userId_timestamp_idx";

-- AlterTable
ALTER TABLE "User" ADD COLUMN     "sessionGeneration" INTEGER NOT NULL DEFAULT 0;

-- CreateIndex
CREATE INDEX "ActivityEntry_userId_timestamp_id_idx" ON "ActivityEntry"("userId", "timestamp" DESC, "id" DESC);
