/** What a path template must be: segments and placeholders, nothing that URL parsers read in two ways. */
import type { Report } from './parameter.ts'
import { placeholdersOf } from './request-plan.ts'

export function checkPath(path: string, report: Report): void {
  const refuse = (reason: string): void => report('SKILL_PATH', ['path'], { path, reason })
  const bare = path.replaceAll(/\{[A-Za-z_][A-Za-z0-9_]*\*?\}/g, 'x')
  if (/[?#]/.test(bare)) refuse('it holds ? or #')
  else if (/[{}]/.test(bare)) refuse('a brace is not part of a placeholder such as {name} or {name*}')
  else if (/[\s\\]|[^\x21-\x7e]/.test(bare))
    refuse('it holds white space, a backslash or a character that is not ASCII')
  else if (/%(?![0-9A-Fa-f]{2})/.test(bare)) refuse('% is not followed by two hex digits')
  else if (bare.split('/').some((segment) => /^(\.|%2e){1,2}$/i.test(segment)))
    refuse('it holds . or .. as a segment')
  const names = placeholdersOf(path).map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) refuse(`{${twice}} stands in it twice`)
}
