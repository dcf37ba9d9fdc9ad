import type { ILimitRangeItem } from 'kubernetes-models/v1/LimitRangeItem'
import { qualifiedName } from '../../names.ts'
import { compareQuantities, milliValue } from '../../quantity.ts'
import type { Report } from '../../report.ts'
import { invalidEach } from '../check.ts'
import {
  type Amount,
  isOvercommitAllowed,
  validateContainerResourceName,
  validateResourceName,
} from './resource-names.ts'

const STANDARD_TYPES = ['Pod', 'Container', 'PersistentVolumeClaim']
const LISTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const

/** What is wrong with limits; `report` stands at the list. */
export function validateLimits(limits: readonly ILimitRangeItem[] = [], report: Report): void {
  const types = new Set<string>()
  for (const [i, item] of limits.entries()) {
    const at = report.at(i)
    validateType(item.type ?? '', at)
    if (types.has(item.type)) at.duplicate('type', item.type)
    types.add(item.type)
    validateItem(item, at)
  }
}

function validateType(type: string, report: Report): void {
  const messages = qualifiedName(type)
  invalidEach(report, 'type', type, messages)
  if (messages.length || type.includes('/') || STANDARD_TYPES.includes(type)) return
  report.invalid('type', type, 'must be a standard limit type or fully qualified')
}

function validateItem(item: ILimitRangeItem, report: Report): void {
  const ofPod = item.type === 'Pod'
  const checkName = ofPod || item.type === 'Container' ? validateContainerResourceName : validateResourceName
  const names = new Set<string>()
  for (const list of LISTS) {
    const amounts = Object.keys(item[list] ?? {})
    if (ofPod && list.startsWith('default')) {
      if (amounts.length) report.forbidden(list, "may not be specified when `type` is 'Pod'")
      continue
    }
    for (const name of amounts) {
      checkName(report, `${list}[${name}]`, name)
      names.add(name)
    }
  }
  if (
    item.type === 'PersistentVolumeClaim' &&
    item.min?.['storage'] === undefined &&
    item.max?.['storage'] === undefined
  ) {
    report.required('limits', 'either minimum or maximum storage value is required, but neither was provided')
  }
  for (const name of names) validateAmounts(item, name, report)
}

/** Every amount must lie between those that bound it. */
function validateAmounts(item: ILimitRangeItem, name: string, report: Report): void {
  const { min, max, default: limit, defaultRequest: request } = pick(item, name)
  const ordered = (
    low: Amount | undefined,
    high: Amount | undefined,
    path: string,
    shown: Amount | undefined,
    why: string,
  ) => {
    if (low === undefined || high === undefined || compareQuantities(low, high) <= 0) return
    report.invalid(`${path}[${name}]`, shown, why)
  }
  ordered(min, max, 'min', min, `min value ${min} is greater than max value ${max}`)
  const atRequest = 'defaultRequest'
  ordered(min, request, atRequest, request, `min value ${min} is greater than default request value ${request}`)
  ordered(request, max, atRequest, request, `default request value ${request} is greater than max value ${max}`)
  ordered(
    request,
    limit,
    atRequest,
    request,
    `default request value ${request} is greater than default limit value ${limit}`,
  )
  ordered(min, limit, 'default', min, `min value ${min} is greater than default value ${limit}`)
  ordered(limit, max, 'default', max, `default value ${limit} is greater than max value ${max}`)
  validateRatio(item, name, report)
  if (isOvercommitAllowed(name) || limit === undefined || request === undefined) return
  if (compareQuantities(limit, request) === 0) return
  const why = `default value ${limit} must equal to defaultRequest value ${request} in ${name}`
  report.invalid(`defaultRequest[${name}]`, request, why)
}

function pick(item: ILimitRangeItem, name: string): Partial<Record<(typeof LISTS)[number], Amount>> {
  const lists = item.type === 'Pod' ? LISTS.filter((list) => !list.startsWith('default')) : LISTS
  return Object.fromEntries(lists.map((list) => [list, item[list]?.[name]]))
}

function validateRatio(item: ILimitRangeItem, name: string, report: Report): void {
  const { min, max, maxLimitRequestRatio: ratio } = pick(item, name)
  if (ratio === undefined) return
  const path = `maxLimitRequestRatio[${name}]`
  if (compareQuantities(ratio, 1) < 0) report.invalid(path, ratio, `ratio ${ratio} is less than 1`)
  if (min === undefined || max === undefined) return
  const most = milliValue(max) / milliValue(min)
  if (milliValue(ratio) / 1000 > most) {
    report.invalid(path, ratio, `ratio ${ratio} is greater than max/min = ${most.toFixed(6)}`)
  }
}
