import { supportedFormat } from './formats.ts'
import type { JsonSchema } from './schema.ts'
import { Result } from './violations.ts'

const INT32_MAX = 2 ** 31 - 1
const INT32_MIN = -(2 ** 31)
const FLOAT32_MAX = 3.4028234663852886e38

/** Whether a number is within its schema's bounds. */
export function checkNumber(schema: JsonSchema, value: number, path: string): Result {
  const { maximum, minimum, multipleOf, exclusiveMaximum = false, exclusiveMinimum = false } = schema
  const result = new Result()
  const fail = (message: string) => result.add({ kind: 'other', path, value, message: `${path} in body ${message}` })
  const outside = rangeError(schema, value, path)
  if (outside) result.add({ kind: 'other', path: '', message: outside })
  if (multipleOf !== undefined && multipleOf > 0 && !isMultiple(value, multipleOf)) {
    fail(`should be a multiple of ${multipleOf}`)
  }
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum)) {
    fail(`should be greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`)
  }
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum)) {
    fail(`should be less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`)
  }
  result.matches++
  return result
}

function isMultiple(value: number, factor: number): boolean {
  return Number.isInteger(factor < 1 ? (1 / factor) * value : value / factor)
}

/** Whether the number fits the format that its type has. */
function rangeError(schema: JsonSchema, value: number, path: string): string | undefined {
  const format = supportedFormat(schema)
  const fits =
    format === 'int32'
      ? value >= INT32_MIN && value <= INT32_MAX
      : format === 'float'
        ? Math.abs(value) <= FLOAT32_MAX
        : true
  return fits ? undefined : `Checked value must be of type ${schema.type} with format ${format} in ${path}`
}
