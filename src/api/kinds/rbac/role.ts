import type { IRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Role'
import { defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { pathSegment } from '../../names.ts'
import { createdAt } from '../created-at.ts'
import { validateRules } from './rules.ts'

export type Role = Served<IRole>

export const Role = defineKind<Role>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'Role',
  plural: 'roles',
  scope: 'Namespaced',
  createOnUpdate: true,
  nameRule: pathSegment,

  validate({ rules }, report) {
    validateRules(rules, true, report)
  },

  columns: [createdAt],
})
