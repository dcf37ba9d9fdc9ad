import type { IClusterRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRoleBinding'
import { defineKind } from '../../kind.ts'
import type { Served } from '../../meta.ts'
import { pathSegment } from '../../names.ts'
import { bindingColumns, defaultBinding, validateBinding, validateRoleRefUnchanged } from './bindings.ts'

export type ClusterRoleBinding = Served<IClusterRoleBinding>

export const ClusterRoleBinding = defineKind<ClusterRoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  scope: 'Cluster',
  createOnUpdate: true,
  nameRule: pathSegment,
  defaults: defaultBinding,

  validate(binding, report) {
    validateBinding(binding, ['ClusterRole'], report)
  },

  validateUpdate: validateRoleRefUnchanged,

  columns: bindingColumns,
})
