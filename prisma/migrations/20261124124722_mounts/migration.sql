-- CreateTable
CREATE TABLE "Mount" (
    "id" SERIAL NOT NULL,
    "name" VARCHAR(191) NOT NULL,
    "description" TEXT,
    "source" VARCHAR(255) NOT NULL,
    "target" VARCHAR(255) NOT NULL,
    "readOnly" BOOLEAN NOT NULL DEFAULT false,
    "allowedEggs" INTEGER[] DEFAULT ARRAY[]::INTEGER[],
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Mount_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ServerMount" (
    "id" SERIAL NOT NULL,
    "serverUuid" UUID NOT NULL,
    "mountId" INTEGER NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ServerMount_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Mount_name_id_idx" ON "Mount"("name", "id");

-- CreateIndex
CREATE INDEX "ServerMount_mountId_idx" ON "ServerMount"("mountId");

-- CreateIndex
CREATE UNIQUE INDEX "ServerMount_serverUuid_mountId_key" ON "ServerMount"("serverUuid", "mountId");

-- AddForeignKey
ALTER TABLE "ServerMount" ADD CONSTRAINT "ServerMount_serverUuid_fkey" FOREIGN KEY ("serverUuid") REFERENCES "Server"("uuid") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ServerMount" ADD CONSTRAINT "ServerMount_mountId_fkey" FOREIGN KEY ("mountId") REFERENCES "Mount"("id") ON DELETE CASCADE ON UPDATE CASCADE;
