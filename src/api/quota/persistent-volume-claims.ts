import type { PersistentVolumeClaim } from '../kinds/core/persistent-volume-claim.ts'
import { storageClassOf } from '../kinds/core/volume-modes.ts'
import { compareQuantities, parseQuantity, type Quantity, quantityOf, value } from '../quantity.ts'
import { type Evaluator, meetsScope, type ScopeRequirement } from './evaluator.ts'
import { countName } from './object-count.ts'
import { ONE } from './usage.ts'

const RESOURCE = { group: '', plural: 'persistentvolumeclaims' }
const COUNT = countName(RESOURCE)
const STORAGE = 'requests.storage'
const NAMES = new Set([COUNT, RESOURCE.plural, STORAGE])

/** What stands between a storage class and what is limited of it: `gold.storageclass.storage.k8s.io/requests.storage`. */
const OF_CLASS = '.storageclass.storage.k8s.io/'

const SCOPE = 'VolumeAttributesClass'

/** What claims use: themselves and storage, of all classes and of each. */
export const persistentVolumeClaims: Evaluator<PersistentVolumeClaim> = {
  resource: RESOURCE,
  measures: (name) => NAMES.has(name) || name.endsWith(OF_CLASS + RESOURCE.plural) || name.endsWith(OF_CLASS + STORAGE),

  usage(claim) {
    const storageClass = storageClassOf(claim)
    const storage = storageOf(claim)
    const usage = new Map([
      [RESOURCE.plural, ONE],
      [COUNT, ONE],
    ])
    if (storage) usage.set(STORAGE, storage)
    if (storageClass) usage.set(storageClass + OF_CLASS + RESOURCE.plural, ONE)
    if (storageClass && storage) usage.set(storageClass + OF_CLASS + STORAGE, storage)
    return usage
  },

  isInScope: (claim, scope) => scope.scopeName === SCOPE && hasAttributesClass(claim, scope),

  concerns({ subresource, object, old }) {
    return subresource === '' || (subresource === 'status' && old !== undefined && this.frees(old, object))
  },

  frees: (old, now) =>
    allocated(old) !== allocated(now) || attributesClasses(old).join() !== attributesClasses(now).join(),
}

const allocated = ({ status }: PersistentVolumeClaim) => status?.allocatedResources?.['storage']

/** What is asked for, or what is being given where that is more; in whole bytes. */
function storageOf(claim: PersistentVolumeClaim): Quantity | undefined {
  const asked = claim.spec.resources?.requests?.['storage']
  if (asked === undefined) return undefined
  const given = allocated(claim)
  return wholeBytes(given !== undefined && compareQuantities(given, asked) > 0 ? given : asked)
}

const NANO = 10n ** 9n

function wholeBytes(amount: string | number): Quantity {
  const quantity = parseQuantity(amount)
  return quantity.nanos % NANO === 0n ? quantity : quantityOf(value(quantity), quantity.format)
}

/** The classes that the claim has, wants, or is on its way to. */
function attributesClasses({ spec, status }: PersistentVolumeClaim): string[] {
  const names = [
    spec.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ]
  return [...new Set(names.filter((name): name is string => Boolean(name)))].sort()
}

function hasAttributesClass(claim: PersistentVolumeClaim, scope: ScopeRequirement): boolean {
  const names = attributesClasses(claim)
  if (scope.operator === 'Exists') return names.length > 0
  return (names.length ? names : ['']).some((name) => meetsScope(scope, name))
}
