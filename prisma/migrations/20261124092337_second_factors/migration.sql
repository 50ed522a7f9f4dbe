-- CreateTable
CREATE TABLE "TwoFactor" (
    "userId" INTEGER NOT NULL,
    "seedSealed" TEXT NOT NULL,
    "lastStep" INTEGER NOT NULL,
    "enabledAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "TwoFactor_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE "BackupCode" (
    "userId" INTEGER NOT NULL,
    "digest" BYTEA NOT NULL,

    CONSTRAINT "BackupCode_pkey" PRIMARY KEY ("userId","digest")
);

-- CreateTable
CREATE TABLE "TwoFactorSetup" (
    "sessionId" UUID NOT NULL,
    "seedSealed" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "TwoFactorSetup_pkey" PRIMARY KEY ("sessionId")
);

-- CreateTable
CREATE TABLE "LoginChallenge" (
    "digest" BYTEA NOT NULL,
    "userId" INTEGER NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "emailCodeDigest" BYTEA,
    "emailSentAt" TIMESTAMPTZ(3),
    "emailsSent" INTEGER NOT NULL DEFAULT 0,
    "wrongEmailCodes" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "LoginChallenge_pkey" PRIMARY KEY ("digest")
);

-- CreateIndex
CREATE INDEX "TwoFactorSetup_expiresAt_idx" ON "TwoFactorSetup"("expiresAt");

-- CreateIndex
CREATE INDEX "LoginChallenge_userId_idx" ON "LoginChallenge"("userId");

-- CreateIndex
CREATE INDEX "LoginChallenge_expiresAt_idx" ON "LoginChallenge"("expiresAt");

-- AddForeignKey
ALTER TABLE "TwoFactor" ADD CONSTRAINT "TwoFactor_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BackupCode" ADD CONSTRAINT "BackupCode_userId_fkey" FOREIGN KEY ("userId") REFERENCES "TwoFactor"("userId") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TwoFactorSetup" ADD CONSTRAINT "TwoFactorSetup_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LoginChallenge" ADD CONSTRAINT "LoginChallenge_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
