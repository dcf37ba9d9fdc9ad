import { creates } from '../kind-tables.ts'
import { RuntimeClass } from './runtime-class.ts'

const toleration = { key: 'gpu', operator: 'Exists' }

creates(RuntimeClass, [
  [{ handler: 'runc', overhead: { podFixed: { cpu: '100m' } }, scheduling: { tolerations: [toleration] } }],
  [{}, 'handler: Required value'],
  [
    { handler: 'runc', scheduling: { tolerations: [toleration, toleration] } },
    'scheduling.tolerations[1]: Duplicate value: {"key":"gpu","operator":"Exists"}',
  ],
  [
    { handler: 'runc', overhead: { podFixed: { disk: '1' } } },
    'overhead.limits[disk]: Invalid value: "disk": must be a standard resource type or fully qualified',
    'overhead.limits[disk]: Invalid value: "disk": must be a standard resource for containers',
  ],
])
