import type { IRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding'
import { defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { pathSegment } from '../../names.ts'
import { bindingColumns, defaultBinding, validateBinding, validateRoleRefUnchanged } from './bindings.ts'

export type RoleBinding = Served<IRoleBinding>

export const RoleBinding = defineKind<RoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  scope: 'Namespaced',
  createOnUpdate: true,
  nameRule: pathSegment,
  defaults: defaultBinding,

  validate(binding, report) {
    validateBinding(binding, ['Role', 'ClusterRole'], report)
  },

  validateUpdate: validateRoleRefUnchanged,

  columns: bindingColumns,
})
