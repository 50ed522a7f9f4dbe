-- CreateEnum
CREATE TYPE "PortalType" AS ENUM ('free', 'paid', 'educational', 'enterprise');

-- CreateEnum
CREATE TYPE "ApiKeyType" AS ENUM ('client', 'admin');

-- CreateEnum
CREATE TYPE "AuthMethod" AS ENUM ('password', 'totp', 'email', 'backup', 'passkey');

-- CreateEnum
CREATE TYPE "EmailTokenPurpose" AS ENUM ('verify', 'password_reset');

-- CreateEnum
CREATE TYPE "NodeType" AS ENUM ('free', 'paid', 'free_and_paid', 'enterprise');

-- CreateEnum
CREATE TYPE "DaemonKind" AS ENUM ('go', 'rs', 'unknown');

-- CreateEnum
CREATE TYPE "HeartbeatStatus" AS ENUM ('ok', 'timeout', 'error');

-- CreateEnum
CREATE TYPE "MailStatus" AS ENUM ('queued', 'sent', 'failed');

-- CreateEnum
CREATE TYPE "InstallState" AS ENUM ('installing', 'installed', 'failed');

-- CreateTable
CREATE TABLE "User" (
    "id" SERIAL NOT NULL,
    "uuid" UUID NOT NULL DEFAULT gen_random_uuid(),
    "email" VARCHAR(254) NOT NULL,
    "passwordHash" TEXT NOT NULL,
    "firstName" VARCHAR(64) NOT NULL,
    "middleName" VARCHAR(64),
    "lastName" VARCHAR(64) NOT NULL,
    "displayName" VARCHAR(64),
    "title" VARCHAR(32),
    "gender" VARCHAR(32),
    "phone" VARCHAR(32),
    "address" VARCHAR(256),
    "address2" VARCHAR(256),
    "billingCompany" VARCHAR(128),
    "billingCity" VARCHAR(128),
    "billingState" VARCHAR(64),
    "billingZip" VARCHAR(20),
    "billingCountry" VARCHAR(64),
    "dateOfBirth" DATE,
    "avatarUrl" TEXT,
    "role" VARCHAR(32),
    "portalType" "PortalType" NOT NULL DEFAULT 'free',
    "limits" JSONB,
    "settings" JSONB NOT NULL DEFAULT '{}',
    "emailVerified" BOOLEAN NOT NULL DEFAULT false,
    "guideShown" BOOLEAN NOT NULL DEFAULT false,
    "suspended" BOOLEAN NOT NULL DEFAULT false,
    "supportBanned" BOOLEAN NOT NULL DEFAULT false,
    "supportBanReason" TEXT,
    "pendingDeletionUntil" TIMESTAMPTZ(3),
    "lastLoginAt" TIMESTAMPTZ(3),
    "lastPanelActivityAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Session" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "userId" INTEGER NOT NULL,
    "method" "AuthMethod" NOT NULL DEFAULT 'password',
    "ip" VARCHAR(45),
    "userAgent" VARCHAR(255),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastSeenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ApiKey" (
    "id" SERIAL NOT NULL,
    "digest" BYTEA NOT NULL,
    "lastFour" CHAR(4) NOT NULL,
    "name" VARCHAR(64) NOT NULL,
    "type" "ApiKeyType" NOT NULL,
    "permissions" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "allowedIps" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "userId" INTEGER NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3),
    "lastUsedAt" TIMESTAMPTZ(3),

    CONSTRAINT "ApiKey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SshKey" (
    "id" SERIAL NOT NULL,
    "userId" INTEGER NOT NULL,
    "name" VARCHAR(64) NOT NULL,
    "publicKey" TEXT NOT NULL,
    "fingerprint" VARCHAR(64) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "SshKey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Role" (
    "id" SERIAL NOT NULL,
    "name" VARCHAR(64) NOT NULL,
    "description" TEXT,
    "parentRoleId" INTEGER,

    CONSTRAINT "Role_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RolePermission" (
    "id" SERIAL NOT NULL,
    "value" VARCHAR(64) NOT NULL,
    "roleId" INTEGER NOT NULL,

    CONSTRAINT "RolePermission_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "UserRole" (
    "id" SERIAL NOT NULL,
    "userId" INTEGER NOT NULL,
    "roleId" INTEGER NOT NULL,

    CONSTRAINT "UserRole_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "EmailToken" (
    "digest" BYTEA NOT NULL,
    "purpose" "EmailTokenPurpose" NOT NULL,
    "userId" INTEGER NOT NULL,
    "email" VARCHAR(254) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "EmailToken_pkey" PRIMARY KEY ("digest")
);

-- CreateTable
CREATE TABLE "Node" (
    "id" SERIAL NOT NULL,
    "uuid" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" VARCHAR(128) NOT NULL,
    "url" TEXT NOT NULL,
    "backendWingsUrl" TEXT,
    "fqdn" VARCHAR(253),
    "useSsl" BOOLEAN NOT NULL DEFAULT true,
    "nodeType" "NodeType" NOT NULL DEFAULT 'free',
    "tokenId" VARCHAR(32) NOT NULL,
    "tokenDigest" BYTEA NOT NULL,
    "tokenSealed" TEXT NOT NULL,
    "rootUserSealed" TEXT,
    "rootPasswordSealed" TEXT,
    "allowedOrigin" TEXT,
    "sftpPort" INTEGER NOT NULL DEFAULT 2022,
    "sftpProxyPort" INTEGER,
    "defaultIp" VARCHAR(45),
    "portRangeStart" INTEGER,
    "portRangeEnd" INTEGER,
    "ipv6Subnet" VARCHAR(43),
    "ipv6ExcludedPorts" TEXT,
    "ipv6ReservedCount" INTEGER,
    "cost" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "memory" INTEGER,
    "disk" INTEGER,
    "cpu" INTEGER,
    "serverLimit" INTEGER,
    "deploymentsDisabled" BOOLEAN NOT NULL DEFAULT false,
    "deploymentNotice" TEXT,
    "daemonKind" "DaemonKind" NOT NULL DEFAULT 'unknown',
    "daemonVersion" VARCHAR(32),
    "lastSeenAt" TIMESTAMPTZ(3),
    "healthStatus" "HeartbeatStatus",
    "healthReason" TEXT,
    "healthCheckedAt" TIMESTAMPTZ(3),
    "nextProbeAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "nextPollAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Node_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "NodeHeartbeat" (
    "id" BIGSERIAL NOT NULL,
    "nodeId" INTEGER NOT NULL,
    "status" "HeartbeatStatus" NOT NULL,
    "responseMs" INTEGER,
    "source" VARCHAR(8) NOT NULL,
    "timestamp" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "NodeHeartbeat_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Allocation" (
    "id" SERIAL NOT NULL,
    "nodeId" INTEGER NOT NULL,
    "ip" VARCHAR(45) NOT NULL,
    "port" INTEGER NOT NULL,
    "alias" VARCHAR(253),
    "notes" VARCHAR(255),
    "serverUuid" UUID,
    "isDefault" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "Allocation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PanelSetting" (
    "key" VARCHAR(64) NOT NULL,
    "value" JSONB NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "PanelSetting_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "ActivityEntry" (
    "id" BIGSERIAL NOT NULL,
    "userId" INTEGER,
    "action" VARCHAR(128) NOT NULL,
    "targetType" VARCHAR(32),
    "targetId" VARCHAR(64),
    "metadata" JSONB,
    "ipAddress" VARCHAR(45),
    "isRead" BOOLEAN NOT NULL DEFAULT false,
    "dedupeKey" BYTEA,
    "timestamp" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ActivityEntry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "IdempotencyRecord" (
    "digest" BYTEA NOT NULL,
    "fingerprint" BYTEA NOT NULL,
    "status" INTEGER,
    "bodySealed" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "IdempotencyRecord_pkey" PRIMARY KEY ("digest")
);

-- CreateTable
CREATE TABLE "OutboundMail" (
    "id" SERIAL NOT NULL,
    "userId" INTEGER,
    "toAddress" VARCHAR(254) NOT NULL,
    "template" VARCHAR(64) NOT NULL,
    "subject" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "html" TEXT NOT NULL,
    "status" "MailStatus" NOT NULL DEFAULT 'queued',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "failureReason" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sentAt" TIMESTAMPTZ(3),

    CONSTRAINT "OutboundMail_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Egg" (
    "id" SERIAL NOT NULL,
    "uuid" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" VARCHAR(191) NOT NULL,
    "description" TEXT,
    "author" VARCHAR(191),
    "dockerImage" VARCHAR(191) NOT NULL,
    "dockerImages" JSON NOT NULL DEFAULT '{}',
    "startup" TEXT NOT NULL,
    "envVars" JSONB NOT NULL DEFAULT '[]',
    "configFiles" JSON NOT NULL DEFAULT '{}',
    "processConfig" JSONB NOT NULL DEFAULT '{}',
    "installScript" JSONB,
    "features" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "fileDenylist" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "allowedPortals" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "updateUrl" TEXT,
    "visible" BOOLEAN NOT NULL DEFAULT true,
    "requiresKvm" BOOLEAN NOT NULL DEFAULT false,
    "rootless" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Egg_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Server" (
    "uuid" UUID NOT NULL DEFAULT gen_random_uuid(),
    "shortId" CHAR(8) NOT NULL,
    "name" VARCHAR(191) NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "ownerId" INTEGER NOT NULL,
    "nodeId" INTEGER NOT NULL,
    "eggId" INTEGER NOT NULL,
    "memory" INTEGER NOT NULL,
    "disk" INTEGER NOT NULL,
    "cpu" INTEGER NOT NULL,
    "swap" INTEGER NOT NULL DEFAULT 0,
    "ioWeight" INTEGER NOT NULL DEFAULT 500,
    "oomDisabled" BOOLEAN NOT NULL DEFAULT true,
    "kvmPassthrough" BOOLEAN NOT NULL DEFAULT false,
    "dockerImage" VARCHAR(191) NOT NULL,
    "startup" TEXT NOT NULL,
    "environment" JSONB NOT NULL DEFAULT '{}',
    "processConfig" JSONB NOT NULL DEFAULT '{}',
    "autoSyncOnEggChange" BOOLEAN NOT NULL DEFAULT true,
    "skipEggScripts" BOOLEAN NOT NULL DEFAULT false,
    "installState" "InstallState" NOT NULL DEFAULT 'installing',
    "installedAt" TIMESTAMPTZ(3),
    "suspended" BOOLEAN NOT NULL DEFAULT false,
    "suspendedBy" TEXT,
    "suspendedReason" TEXT,
    "suspendedAt" TIMESTAMPTZ(3),
    "dmca" BOOLEAN NOT NULL DEFAULT false,
    "dmcaBy" TEXT,
    "dmcaReason" TEXT,
    "dmcaAt" TIMESTAMPTZ(3),
    "dmcaDeletionAt" TIMESTAMPTZ(3),
    "hibernated" BOOLEAN NOT NULL DEFAULT false,
    "desiredPower" BOOLEAN NOT NULL DEFAULT false,
    "syncPending" BOOLEAN NOT NULL DEFAULT false,
    "state" VARCHAR(16) NOT NULL DEFAULT 'offline',
    "resources" JSONB,
    "stateAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Server_pkey" PRIMARY KEY ("uuid")
);

-- CreateTable
CREATE TABLE "ServerSubuser" (
    "id" SERIAL NOT NULL,
    "serverUuid" UUID NOT NULL,
    "userId" INTEGER NOT NULL,
    "permissions" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "locked" BOOLEAN NOT NULL DEFAULT false,
    "accepted" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ServerSubuser_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "NodeServerDeletion" (
    "serverUuid" UUID NOT NULL,
    "nodeId" INTEGER NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "NodeServerDeletion_pkey" PRIMARY KEY ("serverUuid")
);

-- CreateIndex
CREATE UNIQUE INDEX "User_uuid_key" ON "User"("uuid");

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");

-- CreateIndex
CREATE INDEX "Session_userId_createdAt_idx" ON "Session"("userId", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "Session_expiresAt_idx" ON "Session"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "ApiKey_digest_key" ON "ApiKey"("digest");

-- CreateIndex
CREATE INDEX "ApiKey_userId_idx" ON "ApiKey"("userId");

-- CreateIndex
CREATE INDEX "SshKey_fingerprint_idx" ON "SshKey"("fingerprint");

-- CreateIndex
CREATE UNIQUE INDEX "SshKey_userId_fingerprint_key" ON "SshKey"("userId", "fingerprint");

-- CreateIndex
CREATE UNIQUE INDEX "Role_name_key" ON "Role"("name");

-- CreateIndex
CREATE UNIQUE INDEX "RolePermission_roleId_value_key" ON "RolePermission"("roleId", "value");

-- CreateIndex
CREATE INDEX "UserRole_roleId_idx" ON "UserRole"("roleId");

-- CreateIndex
CREATE UNIQUE INDEX "UserRole_userId_roleId_key" ON "UserRole"("userId", "roleId");

-- CreateIndex
CREATE INDEX "EmailToken_userId_purpose_idx" ON "EmailToken"("userId", "purpose");

-- CreateIndex
CREATE UNIQUE INDEX "Node_uuid_key" ON "Node"("uuid");

-- CreateIndex
CREATE UNIQUE INDEX "Node_name_key" ON "Node"("name");

-- CreateIndex
CREATE UNIQUE INDEX "Node_tokenDigest_key" ON "Node"("tokenDigest");

-- CreateIndex
CREATE INDEX "Node_nextProbeAt_idx" ON "Node"("nextProbeAt");

-- CreateIndex
CREATE INDEX "NodeHeartbeat_nodeId_timestamp_idx" ON "NodeHeartbeat"("nodeId", "timestamp" DESC);

-- CreateIndex
CREATE INDEX "NodeHeartbeat_timestamp_idx" ON "NodeHeartbeat"("timestamp");

-- CreateIndex
CREATE INDEX "Allocation_serverUuid_idx" ON "Allocation"("serverUuid");

-- CreateIndex
CREATE UNIQUE INDEX "Allocation_nodeId_ip_port_key" ON "Allocation"("nodeId", "ip", "port");

-- CreateIndex
CREATE UNIQUE INDEX "ActivityEntry_dedupeKey_key" ON "ActivityEntry"("dedupeKey");

-- CreateIndex
CREATE INDEX "ActivityEntry_userId_timestamp_idx" ON "ActivityEntry"("userId", "timestamp" DESC);

-- CreateIndex
CREATE INDEX "ActivityEntry_userId_isRead_idx" ON "ActivityEntry"("userId", "isRead");

-- CreateIndex
CREATE INDEX "ActivityEntry_targetType_targetId_timestamp_idx" ON "ActivityEntry"("targetType", "targetId", "timestamp" DESC);

-- CreateIndex
CREATE INDEX "ActivityEntry_timestamp_idx" ON "ActivityEntry"("timestamp");

-- CreateIndex
CREATE INDEX "IdempotencyRecord_createdAt_idx" ON "IdempotencyRecord"("createdAt");

-- CreateIndex
CREATE INDEX "OutboundMail_status_createdAt_idx" ON "OutboundMail"("status", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "Egg_uuid_key" ON "Egg"("uuid");

-- CreateIndex
CREATE INDEX "Server_ownerId_createdAt_idx" ON "Server"("ownerId", "createdAt");

-- CreateIndex
CREATE INDEX "Server_nodeId_uuid_idx" ON "Server"("nodeId", "uuid");

-- CreateIndex
CREATE INDEX "Server_nodeId_shortId_idx" ON "Server"("nodeId", "shortId");

-- CreateIndex
CREATE INDEX "Server_eggId_idx" ON "Server"("eggId");

-- CreateIndex
CREATE INDEX "ServerSubuser_userId_idx" ON "ServerSubuser"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "ServerSubuser_serverUuid_userId_key" ON "ServerSubuser"("serverUuid", "userId");

-- CreateIndex
CREATE INDEX "NodeServerDeletion_nodeId_idx" ON "NodeServerDeletion"("nodeId");

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ApiKey" ADD CONSTRAINT "ApiKey_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SshKey" ADD CONSTRAINT "SshKey_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Role" ADD CONSTRAINT "Role_parentRoleId_fkey" FOREIGN KEY ("parentRoleId") REFERENCES "Role"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RolePermission" ADD CONSTRAINT "RolePermission_roleId_fkey" FOREIGN KEY ("roleId") REFERENCES "Role"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "UserRole" ADD CONSTRAINT "UserRole_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "UserRole" ADD CONSTRAINT "UserRole_roleId_fkey" FOREIGN KEY ("roleId") REFERENCES "Role"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "EmailToken" ADD CONSTRAINT "EmailToken_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NodeHeartbeat" ADD CONSTRAINT "NodeHeartbeat_nodeId_fkey" FOREIGN KEY ("nodeId") REFERENCES "Node"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Allocation" ADD CONSTRAINT "Allocation_nodeId_fkey" FOREIGN KEY ("nodeId") REFERENCES "Node"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Allocation" ADD CONSTRAINT "Allocation_serverUuid_fkey" FOREIGN KEY ("serverUuid") REFERENCES "Server"("uuid") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Server" ADD CONSTRAINT "Server_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Server" ADD CONSTRAINT "Server_nodeId_fkey" FOREIGN KEY ("nodeId") REFERENCES "Node"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Server" ADD CONSTRAINT "Server_eggId_fkey" FOREIGN KEY ("eggId") REFERENCES "Egg"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ServerSubuser" ADD CONSTRAINT "ServerSubuser_serverUuid_fkey" FOREIGN KEY ("serverUuid") REFERENCES "Server"("uuid") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ServerSubuser" ADD CONSTRAINT "ServerSubuser_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
