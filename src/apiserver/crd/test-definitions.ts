import type { CustomResourceDefinition } from '../../api/kinds/apiextensions/custom-resource-definition.ts'
import { testServer, type TestServer } from '../test-server.ts'

export const DEFINITIONS_PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

/** A definition of pots, with a schema that uses much of what schemas can say. */
export const POT_SCHEMA = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, description: 'How many litres fit in.' },
        colour: { type: 'string', enum: ['red', 'blue'], default: 'red' },
        replicas: { type: 'integer' },
        port: { 'x-kubernetes-int-or-string': true },
        lid: { type: 'object', nullable: true, properties: { closed: { type: 'boolean' } } },
        any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        plants: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: { type: 'string' }, height: { type: 'integer' } },
          },
        },
      },
    },
    status: { type: 'object', properties: { replicas: { type: 'integer' }, selector: { type: 'string' } } },
  },
}

export const POT_VERSION = {
  name: 'v1',
  served: true,
  storage: true,
  schema: { openAPIV3Schema: POT_SCHEMA },
  subresources: {
    status: {},
    scale: {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.selector',
    },
  },
  additionalPrinterColumns: [
    { name: 'Size', type: 'integer', jsonPath: '.spec.size', description: 'Litres.' },
    { name: 'Plants', type: 'string', jsonPath: '.spec.plants[*].name', priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  selectableFields: [{ jsonPath: '.spec.colour' }],
}

export const potDefinition = (spec: object = {}, plural = 'pots') => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.example.com` },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural, kind: 'Pot', shortNames: ['pt'], categories: ['all'] },
    versions: [POT_VERSION],
    ...spec,
  },
})

export const potBody = (name: string, spec: object = {}, rest: object = {}) => ({
  apiVersion: 'example.com/v1',
  kind: 'Pot',
  metadata: { name },
  spec: { size: 5, ...spec },
  ...rest,
})

export const POTS = '/apis/example.com/v1/namespaces/default/pots'

/** A server that serves these definitions. */
export async function servesDefinitions(...definitions: object[]): Promise<TestServer> {
  const server = await testServer()
  for (const body of definitions) await server.json(201, 'POST', DEFINITIONS_PATH, { body })
  await server.clock.settled()
  return server
}

/** A definition as it is now. */
export function definitionNow(server: TestServer, name = 'pots.example.com'): Promise<CustomResourceDefinition> {
  return server.json(200, 'GET', `${DEFINITIONS_PATH}/${name}`)
}

/** Changes a definition, and waits until what follows from it is done. */
export async function changeDefinition(server: TestServer, change: (definition: CustomResourceDefinition) => void) {
  const body = await definitionNow(server)
  change(body)
  await server.json(200, 'PUT', `${DEFINITIONS_PATH}/${body.metadata.name}`, { body })
  await server.clock.settled()
}
