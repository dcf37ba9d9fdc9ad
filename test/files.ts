import { execFileSync } from 'node:child_process'

/** The files that git tracks or would track, below the given folders. */
export function sourceFiles(...folders: string[]): string[] {
  const list = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z', '--', ...folders], {
    encoding: 'utf8',
  })
  return list.split('\0').filter((file) => file.endsWith('.ts'))
}
