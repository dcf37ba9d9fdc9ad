import { fn, type Library, member } from '../declarations.ts'
import { checkPattern, compileRegex, findAll } from '../regex.ts'
import { CelError, type Value } from '../values.ts'

function find(text: string, pattern: string): Value {
  const regex = compileRegex(pattern)
  return typeof regex === 'string' ? new CelError(`Illegal regex: ${regex}`) : (findAll(regex, text, 1)[0] ?? '')
}

function all(text: string, pattern: string, limit: number | bigint = -1): Value {
  const regex = compileRegex(pattern)
  return typeof regex === 'string' ? new CelError(`Illegal regex: ${regex}`) : findAll(regex, text, Number(limit))
}

/** Kubernetes' own functions of regular expressions; with it constant patterns are checked beforehand. */
export const KUBERNETES_REGEX: Library = {
  functions: [
    fn('find', member('string_find_string', 'string, string -> string', find)),
    fn(
      'findAll',
      member('string_find_all_string', 'string, string -> list(string)', all),
      member('string_find_all_string_int', 'string, string, int -> list(string)', all),
    ),
  ],
  constantChecks: { matches: checkPattern, find: checkPattern, findAll: checkPattern },
}
