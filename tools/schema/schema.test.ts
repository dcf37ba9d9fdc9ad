import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseDeclaration } from './declarations.ts'
import { describeType } from './definitions.ts'
import { canonicalName } from './names.ts'
import { parsePrimitives } from './validators.ts'

const DECLARATION = `
import { IIoK8sApiCoreV1Affinity } from "./Affinity.js";
/**
 * Thing is a thing.
 *
 * With \\*stars\\*.
 */
export interface IThing extends TypeMeta {
    "apiVersion": "v1";
    "kind": "Thing";
    /**
     * Which one.
     */
    "affinity"?: IIoK8sApiCoreV1Affinity;
    "mode": "A" | "B";
    "sizes"?: {
        [key: string]: number;
    };
    "x-lists"?: Array<Array<string>>;
    "self"?: IThing;
}
export declare class Thing extends Model<IThing> implements IThing {
    "mode": "A" | "B";
}
export type { IThing as IIoK8sApiCoreV1Thing, Thing as IoK8sApiCoreV1Thing };
`

const VALIDATOR =
  'let formats0=formats.int32;function validate4(data){if(!(data%1))formats0.validate(data)}' +
  'function validate3(data){for(let key0 in data)validate4(data[key0],{})}' +
  'function validate1(data){void 0!==data.sizes&&(validate3(data.sizes,{}));void 0!==data.mode&&(validate9(data.mode))}'

suite('reading the package', () => {
  test('a declaration becomes a definition', () => {
    const declaration = parseDeclaration(DECLARATION)
    assert.ok(declaration)
    const extensions = { gvk: ['v1/Thing'], fields: { 'x-lists': { 'list-type': 'atomic' } } }
    const { definition, descriptions } = describeType(
      { declaration, primitives: parsePrimitives(VALIDATOR) },
      extensions,
    )
    assert.deepEqual(definition, {
      type: 'object',
      required: ['mode'],
      properties: {
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        affinity: { $ref: 'io.k8s.api.core.v1.Affinity' },
        mode: { type: 'string', enum: ['A', 'B'] },
        sizes: { type: 'object', additionalProperties: { type: 'integer', format: 'int32' } },
        'x-lists': {
          type: 'array',
          items: { type: 'array', items: { type: 'string' } },
          'x-kubernetes-list-type': 'atomic',
        },
        self: { $ref: 'io.k8s.api.core.v1.Thing' },
      },
      'x-kubernetes-group-version-kind': [{ group: '', version: 'v1', kind: 'Thing' }],
    })
    assert.deepEqual(descriptions, { '': 'Thing is a thing.\n\nWith *stars*.', affinity: 'Which one.' })
  })

  test('an index declares nothing', () => {
    assert.equal(parseDeclaration('export * from "./Thing.js";'), undefined)
  })

  test('names become canonical', () => {
    assert.equal(canonicalName('IoK8sApiRbacV1beta1RoleRef'), 'io.k8s.api.rbac.v1beta1.RoleRef')
    assert.equal(canonicalName('IoK8sApimachineryPkgApisMetaV1Time'), 'io.k8s.apimachinery.pkg.apis.meta.v1.Time')
    assert.equal(
      canonicalName('IoK8sApiextensionsApiserverPkgApisApiextensionsV1JSON'),
      'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON',
    )
    assert.throws(() => canonicalName('Something'))
  })
})
