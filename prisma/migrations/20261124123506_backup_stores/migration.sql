-- AlterTable
ALTER TABLE "Location" ADD COLUMN     "backupConfigurationId" INTEGER;

-- AlterTable
ALTER TABLE "Node" ADD COLUMN     "backupConfigurationId" INTEGER;

-- AlterTable
ALTER TABLE "Server" ADD COLUMN     "backupConfigurationId" INTEGER;

-- AlterTable
ALTER TABLE "ServerBackup" ADD COLUMN     "configurationId" INTEGER,
ADD COLUMN     "groupUuid" UUID,
ADD COLUMN     "partSizeMib" INTEGER,
ADD COLUMN     "reportedAt" TIMESTAMPTZ(3),
ADD COLUMN     "uploadId" TEXT,
ADD COLUMN     "uploadedParts" JSONB;

-- CreateTable
CREATE TABLE "BackupConfiguration" (
    "id" SERIAL NOT NULL,
    "name" VARCHAR(128) NOT NULL,
    "adapter" VARCHAR(32) NOT NULL,
    "settings" JSONB NOT NULL DEFAULT '{}',
    "secretsSealed" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "BackupConfiguration_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "BackupGroup" (
    "uuid" UUID NOT NULL DEFAULT gen_random_uuid(),
    "serverUuid" UUID NOT NULL,
    "name" VARCHAR(128) NOT NULL,
    "keep" INTEGER,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "BackupGroup_pkey" PRIMARY KEY ("uuid")
);

-- CreateTable
CREATE TABLE "BackupLeftover" (
    "uuid" UUID NOT NULL,
    "serverUuid" UUID NOT NULL,
    "nodeId" INTEGER NOT NULL,
    "configurationId" INTEGER NOT NULL,
    "adapter" VARCHAR(32) NOT NULL,
    "uploadId" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "BackupLeftover_pkey" PRIMARY KEY ("uuid")
);

-- CreateIndex
CREATE UNIQUE INDEX "BackupConfiguration_name_key" ON "BackupConfiguration"("name");

-- CreateIndex
CREATE UNIQUE INDEX "BackupGroup_serverUuid_name_key" ON "BackupGroup"("serverUuid", "name");

-- CreateIndex
CREATE INDEX "BackupLeftover_configurationId_idx" ON "BackupLeftover"("configurationId");

-- CreateIndex
CREATE INDEX "BackupLeftover_nodeId_idx" ON "BackupLeftover"("nodeId");

-- CreateIndex
CREATE INDEX "Location_backupConfigurationId_idx" ON "Location"("backupConfigurationId");

-- CreateIndex
CREATE INDEX "Node_backupConfigurationId_idx" ON "Node"("backupConfigurationId");

-- CreateIndex
CREATE INDEX "Server_backupConfigurationId_idx" ON "Server"("backupConfigurationId");

-- CreateIndex
CREATE INDEX "ServerBackup_configurationId_idx" ON "ServerBackup"("configurationId");

-- CreateIndex
CREATE INDEX "ServerBackup_groupUuid_idx" ON "ServerBackup"("groupUuid");

-- AddForeignKey
ALTER TABLE "ServerBackup" ADD CONSTRAINT "ServerBackup_configurationId_fkey" FOREIGN KEY ("configurationId") REFERENCES "BackupConfiguration"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ServerBackup" ADD CONSTRAINT "ServerBackup_groupUuid_fkey" FOREIGN KEY ("groupUuid") REFERENCES "BackupGroup"("uuid") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BackupGroup" ADD CONSTRAINT "BackupGroup_serverUuid_fkey" FOREIGN KEY ("serverUuid") REFERENCES "Server"("uuid") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BackupLeftover" ADD CONSTRAINT "BackupLeftover_nodeId_fkey" FOREIGN KEY ("nodeId") REFERENCES "Node"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BackupLeftover" ADD CONSTRAINT "BackupLeftover_configurationId_fkey" FOREIGN KEY ("configurationId") REFERENCES "BackupConfiguration"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Location" ADD CONSTRAINT "Location_backupConfigurationId_fkey" FOREIGN KEY ("backupConfigurationId") REFERENCES "BackupConfiguration"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Node" ADD CONSTRAINT "Node_backupConfigurationId_fkey" FOREIGN KEY ("backupConfigurationId") REFERENCES "BackupConfiguration"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Server" ADD CONSTRAINT "Server_backupConfigurationId_fkey" FOREIGN KEY ("backupConfigurationId") REFERENCES "BackupConfiguration"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
