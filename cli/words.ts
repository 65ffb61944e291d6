/**
 * The words of a command line, sorted: names, flags with their values, and what the command's own flags say. Which
 * flag takes a value only the endpoint's schema knows, so the same reading is done twice: once to find the names.
 */

export interface Flag {
  /** As typed, without dashes and value. */
  name: string
  /** Undefined for a switch. */
  value: string | undefined
  /** The word that should have been the value is another flag, or is not there. */
  missing: boolean
}

export interface Words {
  names: string[]
  flags: Flag[]
}

export type Arity = 'value' | 'switch'

/** A word such as `--title` or `--title=…`. What only begins with dashes, such as `-5` or `--- a/file`, is a value. */
const flagPattern = /^--([A-Za-z_][^=\s]*)(?:=([^]*))?$/

function isFlag(word: string): boolean {
  return word === '-h' || word === '--' || flagPattern.test(word)
}

export function readWords(argv: string[], arityOf: (name: string) => Arity): Words {
  const words: Words = { names: [], flags: [] }
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!
    if (word === '--') {
      words.names.push(...argv.slice(i + 1))
      break
    }
    const [, name, attached] = flagPattern.exec(word) ?? []
    if (name === undefined) {
      if (word === '-h') words.flags.push({ name: 'help', value: undefined, missing: false })
      else if (word.startsWith('-') && word !== '-')
        words.flags.push({ name: word, value: undefined, missing: false })
      else words.names.push(word)
      continue
    }
    const next = argv[i + 1]
    if (attached !== undefined) words.flags.push({ name, value: attached, missing: false })
    else if (arityOf(name) === 'value') {
      const missing = next === undefined || isFlag(next)
      words.flags.push({ name, value: missing ? undefined : next, missing })
      if (!missing) i++
    } else {
      // There is nothing else that these two words could be after a switch.
      const given = next === 'true' || next === 'false'
      words.flags.push({ name, value: given ? next : undefined, missing: false })
      if (given) i++
    }
  }
  return words
}

/**
 * Usually the first two words. Where flags stand first, a name may have been taken for the value of a switch; then
 * it is the first two words that stand side by side.
 */
export function findNames(argv: string[]): Words {
  const words = readWords(argv, (name) => findOwnFlag(name)?.arity ?? 'value')
  if (words.names.length >= 2) return words
  const at = argv.findIndex((word, i) => !isFlag(word) && argv[i + 1] !== undefined && !isFlag(argv[i + 1]!))
  return at < 0 ? words : { ...words, names: argv.slice(at, at + 2) }
}

/** `per_page`, `perPage` and `per-page` are one name. */
export function toKebab(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/_/g, '-')
    .toLowerCase()
}

export interface OwnFlag {
  arity: Arity
  value?: string
  description: string
}

/** By the flag's name in any spelling. */
export function findOwnFlag(name: string): OwnFlag | undefined {
  const kebab = toKebab(name)
  return Object.hasOwn(ownFlags, kebab) ? ownFlags[kebab] : undefined
}

/** The flags that `run` has for itself. They win over a parameter of the same name, which `--json` can still set. */
export const ownFlags: Record<string, OwnFlag> = {
  json: {
    arity: 'value',
    value: 'J|@file|-',
    description: 'all parameters as one JSON document; flags override its keys',
  },
  connection: { arity: 'value', value: 'NAME', description: 'which connected account to use' },
  identifier: {
    arity: 'value',
    value: 'ID',
    description: 'whose account, for products that serve many people',
  },
  'dry-run': { arity: 'switch', description: 'show the request that would be made, send nothing' },
  yes: { arity: 'switch', description: 'agree to a destructive call' },
  timeout: { arity: 'value', value: 'D', description: 'how long to wait: 500ms, 30s, 2m (default 120s)' },
  schema: { arity: 'switch', description: 'print input and output schema, scopes and exit codes as JSON' },
  help: { arity: 'switch', description: 'print this page' },
}
