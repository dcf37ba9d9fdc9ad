/** Volumes whose content follows objects of the API, or runs out. */
export const REFRESHED_VOLUMES = ['configMap', 'downwardAPI', 'projected', 'secret'] as const

/** How often they are written again, as upstream's pod resync does. */
export const VOLUME_REFRESH_MS = 60_000
