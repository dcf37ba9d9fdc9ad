import { fn, free, type Library } from '../declarations.ts'

/** What expressions need to write JSON patches. */
export const JSON_PATCH: Library = {
  functions: [
    fn(
      'jsonpatch.escapeKey',
      free('string_jsonpatch_escapeKey_string', 'string -> string', (key: string) =>
        key.replaceAll('~', '~0').replaceAll('/', '~1'),
      ),
    ),
  ],
}
