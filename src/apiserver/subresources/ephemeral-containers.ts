import { deepEqual } from '../../api/equal.ts'
import { podPart } from './pod-part.ts'

/** Debug containers: they are only ever added. */
export const ephemeralContainers = podPart({
  name: 'ephemeralcontainers',

  spec({ ephemeralContainers: sent }, { ephemeralContainers: _, ...old }) {
    return sent ? { ...old, ephemeralContainers: sent } : old
  },

  validate({ ephemeralContainers: next = [] }, { ephemeralContainers: old = [] }, report) {
    for (const before of old) {
      const now = next.find(({ name }) => name === before.name)
      const what = `existing ephemeral containers ${JSON.stringify(before.name)} may not be`
      if (!now) report.forbidden('ephemeralContainers', `${what} removed\n`)
      else if (!deepEqual(now, before)) report.forbidden('ephemeralContainers', `${what} changed\n`)
    }
  },
})
