-- CreateEnum
CREATE TYPE "TransferState" AS ENUM ('pending', 'sending', 'receiving', 'completed', 'failed', 'cancelled');

-- CreateEnum
CREATE TYPE "DrainState" AS ENUM ('running', 'completed', 'cancelled');

-- CreateEnum
CREATE TYPE "DrainServerState" AS ENUM ('waiting', 'moving', 'moved', 'failed', 'cancelled');

-- AlterTable
ALTER TABLE "NodeServerDeletion" DROP CONSTRAINT "NodeServerDeletion_pkey",
ADD CONSTRAINT "NodeServerDeletion_pkey" PRIMARY KEY ("serverUuid", "nodeId");

-- AlterTable
ALTER TABLE "Server" ADD COLUMN     "transferring" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "ServerTransfer" (
    "id" SERIAL NOT NULL,
    "serverUuid" UUID NOT NULL,
    "activeServerUuid" UUID,
    "sourceNodeId" INTEGER NOT NULL,
    "targetNodeId" INTEGER NOT NULL,
    "state" "TransferState" NOT NULL DEFAULT 'pending',
    "orders" INTEGER NOT NULL DEFAULT 0,
    "reason" TEXT,
    "startedById" INTEGER,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deadlineAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "ServerTransfer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "NodeDrain" (
    "id" SERIAL NOT NULL,
    "nodeId" INTEGER NOT NULL,
    "activeNodeId" INTEGER,
    "targetNodeId" INTEGER,
    "state" "DrainState" NOT NULL DEFAULT 'running',
    "startedById" INTEGER,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "NodeDrain_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "NodeDrainServer" (
    "drainId" INTEGER NOT NULL,
    "serverUuid" UUID NOT NULL,
    "state" "DrainServerState" NOT NULL DEFAULT 'waiting',
    "reason" TEXT,
    "transferId" INTEGER,

    CONSTRAINT "NodeDrainServer_pkey" PRIMARY KEY ("drainId","serverUuid")
);

-- CreateIndex
CREATE UNIQUE INDEX "ServerTransfer_activeServerUuid_key" ON "ServerTransfer"("activeServerUuid");

-- CreateIndex
CREATE INDEX "ServerTransfer_serverUuid_id_idx" ON "ServerTransfer"("serverUuid", "id");

-- CreateIndex
CREATE INDEX "ServerTransfer_sourceNodeId_activeServerUuid_idx" ON "ServerTransfer"("sourceNodeId", "activeServerUuid");

-- CreateIndex
CREATE INDEX "ServerTransfer_targetNodeId_activeServerUuid_idx" ON "ServerTransfer"("targetNodeId", "activeServerUuid");

-- CreateIndex
CREATE INDEX "ServerTransfer_startedById_idx" ON "ServerTransfer"("startedById");

-- CreateIndex
CREATE UNIQUE INDEX "NodeDrain_activeNodeId_key" ON "NodeDrain"("activeNodeId");

-- CreateIndex
CREATE INDEX "NodeDrain_nodeId_id_idx" ON "NodeDrain"("nodeId", "id");

-- CreateIndex
CREATE INDEX "NodeDrain_targetNodeId_idx" ON "NodeDrain"("targetNodeId");

-- CreateIndex
CREATE INDEX "NodeDrain_startedById_idx" ON "NodeDrain"("startedById");

-- CreateIndex
CREATE INDEX "NodeDrainServer_serverUuid_idx" ON "NodeDrainServer"("serverUuid");

-- CreateIndex
CREATE INDEX "NodeDrainServer_transferId_idx" ON "NodeDrainServer"("transferId");

-- AddForeignKey
ALTER TABLE "ServerTransfer" ADD CONSTRAINT "ServerTransfer_serverUuid_fkey" FOREIGN KEY ("serverUuid") REFERENCES "Server"("uuid") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ServerTransfer" ADD CONSTRAINT "ServerTransfer_sourceNodeId_fkey" FOREIGN KEY ("sourceNodeId") REFERENCES "Node"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ServerTransfer" ADD CONSTRAINT "ServerTransfer_targetNodeId_fkey" FOREIGN KEY ("targetNodeId") REFERENCES "Node"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ServerTransfer" ADD CONSTRAINT "ServerTransfer_startedById_fkey" FOREIGN KEY ("startedById") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NodeDrain" ADD CONSTRAINT "NodeDrain_nodeId_fkey" FOREIGN KEY ("nodeId") REFERENCES "Node"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NodeDrain" ADD CONSTRAINT "NodeDrain_targetNodeId_fkey" FOREIGN KEY ("targetNodeId") REFERENCES "Node"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NodeDrain" ADD CONSTRAINT "NodeDrain_startedById_fkey" FOREIGN KEY ("startedById") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NodeDrainServer" ADD CONSTRAINT "NodeDrainServer_drainId_fkey" FOREIGN KEY ("drainId") REFERENCES "NodeDrain"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NodeDrainServer" ADD CONSTRAINT "NodeDrainServer_serverUuid_fkey" FOREIGN KEY ("serverUuid") REFERENCES "Server"("uuid") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NodeDrainServer" ADD CONSTRAINT "NodeDrainServer_transferId_fkey" FOREIGN KEY ("transferId") REFERENCES "ServerTransfer"("id") ON DELETE SET NULL ON UPDATE CASCADE;
