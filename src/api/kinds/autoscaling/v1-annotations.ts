const PREFIX = 'autoscaling.alpha.kubernetes.io/'

/** Where v1 keeps what it has no fields for. */
export const ANNOTATIONS = {
  metrics: `${PREFIX}metrics`,
  currentMetrics: `${PREFIX}current-metrics`,
  conditions: `${PREFIX}conditions`,
  behavior: `${PREFIX}behavior`,
} as const

/** All that versions before v2 kept there. */
const DROPPED = new Set<string>([
  ...Object.values(ANNOTATIONS),
  `${PREFIX}scale-down-tolerance`,
  `${PREFIX}scale-up-tolerance`,
])

/** The annotations without those of v1, which mean nothing to v2; the same object when it has none. */
export function dropAnnotations(annotations: Record<string, string> | undefined): Record<string, string> | undefined {
  const names = Object.keys(annotations ?? {})
  if (!names.some((name) => DROPPED.has(name))) return annotations
  const kept = Object.entries(annotations ?? {}).filter(([name]) => !DROPPED.has(name))
  return kept.length ? Object.fromEntries(kept) : undefined
}
