import { boolField, type Message, message, messageField, messageFields, stringField, stringFields } from './protobuf.ts'
import type { Json, SwaggerDocument } from './v2.ts'

/** The Accept header with which kubectl, whatever its version, asks for `/openapi/v2`. */
export const OPENAPI_V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'

/** The Content-Type to answer with: an `@` is not allowed there, and clients check. */
export const OPENAPI_V2_PROTOBUF_ANSWER = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

/**
 * The document as a message `openapi.v2.Document`. Field numbers are those of gnostic's OpenAPIv2.proto; only the fields that
 * `renderOpenApiV2` fills are written.
 */
export function encodeOpenApiV2(document: SwaggerDocument): Message {
  return message(
    stringField(1, document.swagger),
    messageField(2, message(stringField(1, document.info.title), stringField(2, document.info.version))),
    messageField(8, message(messageFields(2, named(document.paths, pathItem)))),
    messageField(9, message(messageFields(1, named(document.definitions, schema)))),
    messageField(10, message(messageFields(1, named(document.parameters, parameter)))),
    messageFields(
      12,
      document.security.map((one) =>
        message(
          messageFields(
            1,
            named(one, (scopes) => message(stringFields(1, scopes))),
          ),
        ),
      ),
    ),
    messageField(13, message(messageFields(1, named(document.securityDefinitions, apiKey)))),
  )
}

/** Maps are lists of pairs. */
function named<T>(record: Readonly<Record<string, T>>, encode: (value: T) => Message): Message[] {
  return Object.entries(record).map(([name, value]) => message(stringField(1, name), messageField(2, encode(value))))
}

/** Values of any shape travel as YAML, which JSON is. */
function anyValue(value: unknown): Message {
  return message(stringField(2, JSON.stringify(value)))
}

function extensions(field: number, object: Json): Buffer[] {
  const own = Object.entries(object).filter(([name]) => name.startsWith('x-'))
  return messageFields(field, named(Object.fromEntries(own), anyValue))
}

const text = (value: unknown) => value as string | undefined
const texts = (value: unknown) => value as readonly string[] | undefined
const object = (value: unknown) => value as Json | undefined

function schema(value: Json): Message {
  const { additionalProperties, items, properties } = value
  return message(
    stringField(1, text(value.$ref)),
    stringField(2, text(value.format)),
    stringField(4, text(value.description)),
    stringFields(19, texts(value.required)),
    messageFields(20, ((value.enum as unknown[] | undefined) ?? []).map(anyValue)),
    messageField(21, additionalProperties === undefined ? undefined : additional(additionalProperties)),
    messageField(22, value.type ? message(stringField(1, text(value.type))) : undefined),
    messageField(23, items ? message(messageField(1, schema(items as Json))) : undefined),
    messageField(
      25,
      properties ? message(messageFields(1, named(properties as Record<string, Json>, schema))) : undefined,
    ),
    extensions(31, value),
  )
}

function additional(value: unknown): Message {
  return typeof value === 'boolean' ? message(boolField(2, value)) : message(messageField(1, schema(value as Json)))
}

function pathItem(value: Json): Message {
  return message(
    messageField(2, optional(value.get, operation)),
    messageField(3, optional(value.put, operation)),
    messageField(4, optional(value.post, operation)),
    messageField(5, optional(value.delete, operation)),
    messageField(8, optional(value.patch, operation)),
    messageFields(9, (value.parameters as Json[]).map(parameterItem)),
  )
}

function optional(value: unknown, encode: (value: Json) => Message): Message | undefined {
  const given = object(value)
  return given && encode(given)
}

function operation(value: Json): Message {
  const responses = value.responses as Record<string, Json>
  return message(
    stringFields(1, texts(value.tags)),
    stringField(3, text(value.description)),
    stringField(5, text(value.operationId)),
    stringFields(6, texts(value.produces)),
    stringFields(7, texts(value.consumes)),
    messageFields(8, (value.parameters as Json[]).map(parameterItem)),
    messageField(9, message(messageFields(1, named(responses, response)))),
    stringFields(10, texts(value.schemes)),
    extensions(13, value),
  )
}

function response(value: Json): Message {
  const body = object(value.schema)
  const schemaItem = body && message(messageField(1, schema(body)))
  return message(messageField(1, message(stringField(1, text(value.description)), messageField(2, schemaItem))))
}

/** A parameter, or a reference to one. */
function parameterItem(value: Json): Message {
  if (value.$ref) return message(messageField(2, message(stringField(1, text(value.$ref)))))
  return message(messageField(1, parameter(value)))
}

/** Which of the kinds of parameter it is tells the field of the union. */
const PARAMETER_FIELDS: Readonly<Record<string, number>> = { query: 3, path: 4 }

function parameter(value: Json): Message {
  const isRequired = value.required === true
  if (value.in === 'body') {
    return message(
      messageField(
        1,
        message(
          stringField(2, text(value.name)),
          stringField(3, 'body'),
          boolField(4, isRequired),
          messageField(5, schema(value.schema as Json)),
        ),
      ),
    )
  }
  const place = text(value.in) ?? ''
  // A query parameter has one field more before `type` than a path parameter.
  const typeField = place === 'query' ? 6 : 5
  const uniqueItemsField = place === 'query' ? 20 : 19
  const own = message(
    boolField(1, isRequired),
    stringField(2, place),
    stringField(3, text(value.description)),
    stringField(4, text(value.name)),
    stringField(typeField, text(value.type)),
    boolField(uniqueItemsField, value.uniqueItems === true),
  )
  return message(messageField(2, message(messageField(PARAMETER_FIELDS[place] ?? 0, own))))
}

function apiKey(value: Json): Message {
  const own = message(
    stringField(1, text(value.type)),
    stringField(2, text(value.name)),
    stringField(3, text(value.in)),
    stringField(4, text(value.description)),
  )
  return message(messageField(2, own))
}
