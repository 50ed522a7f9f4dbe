import { digest } from '../../common/crypto/digest.js';
import type { DaemonPolicyResponse } from './dto/commands.dto.js';

/** What a patched daemon watches for, and how often it reports. */
const POLICY: Omit<DaemonPolicyResponse, 'configVersion'> = {
  antiabuse: {
    enabled: true,
    cpuThresholdPct: 80,
    networkThresholdMbps: 100,
    cooldownSeconds: 300,
    strikesForSuspend: 3,
  },
  vpnDpi: {
    enabled: true,
    protocolActions: {},
    sampleIntervalSeconds: 300,
    sampleDurationMs: 10_000,
    bandwidthThresholdKbps: 1,
    portScanThreshold: 15,
    portScanAction: 'alert',
    dpiRules: [],
  },
  rules: [],
  // The panel upgrades no daemon: which build runs is the operator's choice.
  latestVersion: null,
  sha256: null,
  downloadUrl: null,
  heartbeatIntervalSeconds: 30,
  configPollIntervalSeconds: 120,
};

/** The policy with a version made from its content: the daemon applies it when the version is another one. */
export const DAEMON_POLICY: Readonly<DaemonPolicyResponse> = Object.freeze({
  ...POLICY,
  configVersion: Buffer.from(digest(JSON.stringify(POLICY))).toString('hex', 0, 8),
});
