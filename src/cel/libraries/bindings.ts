import type { Library } from '../declarations.ts'
import { builder } from '../macros.ts'

/** `cel.bind(name, value, expression)`. */
export const BINDINGS: Library = {
  macros: [
    {
      name: 'bind',
      isReceiver: true,
      argCount: 3,
      expand({ offset, target, args: [variable, value, body] }) {
        if (target?.kind !== 'ident' || target.name !== 'cel' || !variable || !value || !body) return undefined
        if (variable.kind !== 'ident') {
          return { problem: 'cel.bind() variable names must be simple identifiers', offset: variable.offset }
        }
        return builder(offset).bind(variable.name, value, body)
      },
    },
  ],
}
