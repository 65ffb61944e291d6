/** The rules of the house that matter, held by a test: floors, doors, sizes, names, bans. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { test } from 'node:test'
import { catalogue } from '../codegen/catalogue.ts'

const root = new URL('..', import.meta.url).pathname

interface Source {
  path: string
  text: string
  imports: { specifier: string; typeOnly: boolean }[]
}

const floors = ['codegen', 'server', 'cli'] as const
type Floor = (typeof floors)[number]

/** Packages by floor. A new one is a decision: it also needs its line in the README. */
const packages: Record<Floor, string[]> = {
  codegen: [
    '@jmespath-community/jmespath',
    'ajv',
    'ajv-formats',
    'fastest-levenshtein',
    'graphql',
    'gray-matter',
    'json-schema-to-typescript',
    're2js',
    'remark-frontmatter',
    'remark-parse',
    'unified',
    'yaml',
  ],
  server: [
    '@jmespath-community/jmespath',
    'fastest-levenshtein',
    'fastify',
    'jose',
    'oauth4webapi',
    'pino',
    'postgres',
    're2js',
    'secure-json-parse',
    'undici',
  ],
  cli: ['clipanion', 'fastest-levenshtein'],
}

/** What only some files may say. The pattern is looked for in code, not in comments. */
const doors: { what: string; pattern: RegExp; files: string[] }[] = [
  { what: 'the database driver', pattern: /from 'postgres'/, files: ['server/db/sql.ts'] },
  {
    what: 'the HTTP client of the egress',
    pattern: /from 'undici'/,
    files: ['server/upstream/client.ts', 'server/upstream/connector.ts'],
  },
  {
    what: 'opening secrets',
    pattern: /\breveal\b/,
    files: [
      'server/credentials/authorize.ts',
      'server/credentials/secret.ts',
      'server/credentials/template.ts',
      'server/credentials/vault.ts',
      'server/sign-in/oidc.ts',
    ],
  },
  {
    what: 'decryption',
    pattern: /createDecipheriv/,
    files: ['server/credentials/seal.ts'],
  },
  {
    what: 'the environment',
    pattern: /process\.env/,
    files: ['cli/context.ts', 'codegen/main.ts', 'server/config.ts'],
  },
  { what: 'fetch, nine times slower than what is used instead', pattern: /\bfetch\(/, files: [] },
  { what: 'the console', pattern: /\bconsole\./, files: [] },
  { what: 'weak randomness', pattern: /Math\.random/, files: [] },
  { what: 'default exports', pattern: /^export default/m, files: [] },
  { what: 'unfinished work', pattern: /TODO|FIXME|not implemented/i, files: [] },
]

const drawers = /(^|\/)(utils?|helpers?|common|core|lib|misc|index)\.ts$/
const longest = 400

test('a relative import stays on its floor', () => {
  for (const floor of floors)
    for (const { path, imports } of sources(floor))
      for (const { specifier } of imports.filter((each) => each.specifier.startsWith('.'))) {
        const target = normalize(join(path, '..', specifier))
        assert.ok(target.startsWith(`${floor}/`), `${path} imports ${specifier}`)
      }
})

test('floors meet only in the emitted catalogue, the manifest types and the pure request builder', () => {
  for (const floor of floors)
    for (const { path, imports } of sources(floor))
      for (const { specifier, typeOnly } of imports.filter((each) => each.specifier.startsWith('#'))) {
        if (specifier === '#manifest') assert.ok(typeOnly, `${path} imports #manifest not only as types`)
        else assert.match(specifier, /^#generated\/errors\.ts$|^#request\/[\w-]+\.ts$/, path)
      }
})

test('the request builder imports nothing but itself and types', () => {
  for (const { path, imports } of sources('server/request'))
    for (const { specifier, typeOnly } of imports)
      assert.ok(typeOnly || specifier.startsWith('./'), `${path} imports ${specifier}`)
})

test('inside the server, routes use the rest, and database and egress do not know each other', () => {
  const forbidden: [from: string, to: RegExp][] = [
    ['server/db', /\/(routes|http|upstream)\/|\/(app|serve)\.ts$/],
    ['server/upstream', /\/(routes|http|db)\/|\/(app|serve)\.ts$/],
    ['server/credentials', /\/(routes|http)\/|\/(app|serve)\.ts$/],
    ['server/request', /\.\.\//],
  ]
  for (const [from, to] of forbidden)
    for (const { path, imports } of sources(from))
      for (const { specifier, typeOnly } of imports)
        if (!typeOnly) assert.doesNotMatch(specifier, to, `${path} imports ${specifier}`)
})

test('SQL is written in server/db alone', () => {
  for (const { path, text } of sources('server'))
    if (!path.startsWith('server/db/'))
      assert.doesNotMatch(withoutComments(text), /\b(sql|tx)(<[^`;]*>)?`/, path)
})

test('a floor imports only its own packages', () => {
  for (const floor of floors)
    for (const { path, imports } of sources(floor))
      for (const { specifier } of imports) {
        if (/^(\.|#|node:)/.test(specifier)) continue
        const name = specifier
          .split('/')
          .slice(0, specifier.startsWith('@') ? 2 : 1)
          .join('/')
        assert.ok(
          packages[floor].includes(name),
          `${path} imports ${name}, which is not on the list of ${floor}`,
        )
      }
})

test('what is dangerous or slow is said in the files that are meant to say it, and in no other', () => {
  const all = floors.flatMap((floor) => sources(floor))
  for (const { what, pattern, files } of doors) {
    const found = all.filter(({ text }) => pattern.test(withoutComments(text))).map(({ path }) => path)
    assert.deepEqual(found.sort(), files, what)
  }
})

test('files are small, begin by saying what lives in them, and are named after it', () => {
  for (const { path, text } of [...floors, 'test'].flatMap((folder) => sources(folder))) {
    assert.ok(text.split('\n').length <= longest + 1, `${path} has more than ${longest} lines`)
    assert.doesNotMatch(path, drawers, 'a name that says nothing')
    if (!path.startsWith('test/')) assert.match(text, /^(#!.*\n)?\/\*\*/, `${path} has no head comment`)
  }
})

/** Of the HTTP contract, for callers to know; nothing asks for an approval. */
const reserved = ['approval_required']

test('every fault code is used, and every code that is used exists', () => {
  const text = ['server', 'cli']
    .flatMap((floor) => sources(floor))
    .map((source) => source.text)
    .join('\n')
  for (const code of Object.keys(catalogue).filter((each) => !reserved.includes(each)))
    assert.match(text, new RegExp(`['.\\s]${code}\\b`), `${code} is used nowhere`)
  for (const [, code] of text.matchAll(/\bfault\('(\w+)'/g))
    assert.ok(code! in catalogue, `${code} is not in the catalogue`)
})

test('no two tests of a file have the same title', () => {
  for (const { path, text } of sources('test')) {
    const titles = [...text.matchAll(/^\s*(?:test|it)\(\s*(['"`])(.*?)\1/gm)].map((match) => match[2])
    assert.equal(new Set(titles).size, titles.length, path)
  }
})

function sources(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .filter((path) => !path.includes('node_modules') && !path.startsWith('test/cases/'))
    .sort()
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8')
      return { path, text, imports: importsOf(text) }
    })
}

function importsOf(text: string): Source['imports'] {
  const statement = /^(?:import|export)\s+(type\s+)?(?:[^'"]*?\sfrom\s+)?'([^']+)'/gm
  const dynamic = /\bimport\('([^']+)'\)/g
  return [
    ...[...text.matchAll(statement)].map((match) => ({
      specifier: match[2]!,
      typeOnly: match[1] !== undefined,
    })),
    ...[...text.matchAll(dynamic)].map((match) => ({ specifier: match[1]!, typeOnly: false })),
  ]
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}
