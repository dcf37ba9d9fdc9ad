/**
 * Replaces `$(NAME)` by the variable's value; a name that is not known stays as it is written, and `$$` is one dollar
 * sign, so `$$(NAME)` is never replaced. Kubernetes documents this for env, command and args.
 */
export function expand(text: string, valueOf: (name: string) => string | undefined): string {
  return text.replace(/\$(\$|\(([^)]*)\))/g, (whole, rest: string, name: string) => {
    if (rest === '$') return '$'
    return valueOf(name) ?? whole
  })
}
