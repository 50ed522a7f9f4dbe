-- CreateEnum
CREATE TYPE "OrganisationRole" AS ENUM ('member', 'admin', 'owner');

-- AlterTable
ALTER TABLE "Node" ADD COLUMN     "organisationId" INTEGER;

-- CreateTable
CREATE TABLE "Organisation" (
    "id" SERIAL NOT NULL,
    "name" VARCHAR(100) NOT NULL,
    "handle" VARCHAR(253) NOT NULL,
    "ownerId" INTEGER NOT NULL,
    "portalTier" "PortalType" NOT NULL DEFAULT 'free',
    "isStaff" BOOLEAN NOT NULL DEFAULT false,
    "avatarUrl" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Organisation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "OrganisationMember" (
    "id" SERIAL NOT NULL,
    "organisationId" INTEGER NOT NULL,
    "userId" INTEGER NOT NULL,
    "orgRole" "OrganisationRole" NOT NULL DEFAULT 'member',
    "selectedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "OrganisationMember_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "OrganisationInvite" (
    "id" SERIAL NOT NULL,
    "organisationId" INTEGER NOT NULL,
    "email" VARCHAR(254) NOT NULL,
    "orgRole" "OrganisationRole" NOT NULL DEFAULT 'member',
    "invitedById" INTEGER,
    "digest" BYTEA NOT NULL,
    "accepted" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "OrganisationInvite_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Organisation_handle_key" ON "Organisation"("handle");

-- CreateIndex
CREATE INDEX "Organisation_ownerId_idx" ON "Organisation"("ownerId");

-- CreateIndex
CREATE INDEX "OrganisationMember_organisationId_idx" ON "OrganisationMember"("organisationId");

-- CreateIndex
CREATE UNIQUE INDEX "OrganisationMember_userId_organisationId_key" ON "OrganisationMember"("userId", "organisationId");

-- CreateIndex
CREATE UNIQUE INDEX "OrganisationInvite_digest_key" ON "OrganisationInvite"("digest");

-- CreateIndex
CREATE INDEX "OrganisationInvite_email_accepted_idx" ON "OrganisationInvite"("email", "accepted");

-- CreateIndex
CREATE INDEX "OrganisationInvite_organisationId_idx" ON "OrganisationInvite"("organisationId");

-- CreateIndex
CREATE INDEX "OrganisationInvite_expiresAt_idx" ON "OrganisationInvite"("expiresAt");

-- CreateIndex
CREATE INDEX "Node_organisationId_idx" ON "Node"("organisationId");

-- AddForeignKey
ALTER TABLE "Node" ADD CONSTRAINT "Node_organisationId_fkey" FOREIGN KEY ("organisationId") REFERENCES "Organisation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Organisation" ADD CONSTRAINT "Organisation_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OrganisationMember" ADD CONSTRAINT "OrganisationMember_organisationId_fkey" FOREIGN KEY ("organisationId") REFERENCES "Organisation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OrganisationMember" ADD CONSTRAINT "OrganisationMember_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OrganisationInvite" ADD CONSTRAINT "OrganisationInvite_organisationId_fkey" FOREIGN KEY ("organisationId") REFERENCES "Organisation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OrganisationInvite" ADD CONSTRAINT "OrganisationInvite_invitedById_fkey" FOREIGN KEY ("invitedById") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- What the schema language cannot say: one owner, one open invitation for an address, handles and addresses in lower case.
CREATE UNIQUE INDEX "OrganisationMember_owner_key" ON "OrganisationMember"("organisationId") WHERE "orgRole" = 'owner';
CREATE UNIQUE INDEX "OrganisationInvite_open_key" ON "OrganisationInvite"("organisationId", "email") WHERE NOT "accepted";
ALTER TABLE "Organisation" ADD CONSTRAINT "Organisation_handle_lower" CHECK ("handle" = lower("handle"));
ALTER TABLE "OrganisationInvite" ADD CONSTRAINT "OrganisationInvite_email_lower" CHECK ("email" = lower("email"));
ALTER TABLE "OrganisationInvite" ADD CONSTRAINT "OrganisationInvite_role" CHECK ("orgRole" <> 'owner');
