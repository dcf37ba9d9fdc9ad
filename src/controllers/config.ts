/** What a certificate is issued for. */
export interface CertificateOrder {
  /** The request, PEM: its subject and its other names are certified as they stand. */
  request: string
  /** Kubernetes' names: `client auth`, `digital signature` … */
  usages: readonly string[]
  lifetimeSeconds: number
}

/** The facts about the cluster that controllers need. Everything that is absent has upstream's default. */
export interface ControllerConfig {
  /** The CA that signed the API server's certificate (PEM); it is published in each namespace. */
  rootCa: string
  /** Issues certificates in the name of the cluster's CA (PEM); none are issued when absent. */
  issueCertificate?(order: CertificateOrder): Promise<string>
  /** Where nodes get their pod ranges from (`10.244.0.0/16`); nodes get none when absent. */
  clusterCidr?: string
  nodeCidrMaskBits?: number
  /** How long a node may be silent before it counts as lost. */
  nodeMonitorGraceMs?: number
  /** The same for a node that has never posted its status. */
  nodeStartupGraceMs?: number
  /** How many pods that have ended are kept. */
  terminatedPodThreshold?: number
  /** Candidates for one Lease take turns when this is set; without it the controllers run at once. */
  leaderIdentity?: string
}
