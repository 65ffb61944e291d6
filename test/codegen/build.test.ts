/** The commands of the author face, run on real folders: what is written, what is refused, what `--check` says. */
import assert from 'node:assert/strict'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { digestFiles } from '../../codegen/digest.ts'
import { main } from '../../codegen/main.ts'
import { demoEndpoint, demoSkill, scratchFolder } from '../support/compiler.ts'

const scratch = scratchFolder()
let folders = 0

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const code = await main(argv, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  })
  return { code, out, err }
}

/** A skills folder with the demo integration, and an output folder that does not exist yet. */
function prepare(endpoint = demoEndpoint): { skills: string; out: string; endpointFile: string } {
  const dir = join(scratch, String(++folders))
  const endpointFile = join(dir, 'skills/demo/endpoints/things/make_thing.md')
  mkdirSync(join(dir, 'skills/demo/endpoints/things'), { recursive: true })
  writeFileSync(join(dir, 'skills/demo/SKILL.md'), demoSkill)
  writeFileSync(endpointFile, endpoint)
  return { skills: join(dir, 'skills'), out: join(dir, 'out'), endpointFile }
}

test('build of a foreign skills folder writes its data and nothing else', async () => {
  const { skills, out } = prepare()
  const { code, err } = await run('build', '--skills', skills, '--out', out)
  assert.equal(code, 0, err)
  assert.deepEqual(
    readdirSync(out, { recursive: true })
      .map(String)
      .filter((path) => statSync(join(out, path)).isFile())
      .sort(),
    [
      'demo/endpoints/make_thing.json',
      'demo/integration.json',
      'demo/skillett-demo/SKILL.md',
      'demo/skillett-demo/references/things.md',
      'demo/types.ts',
      'demo/validators/make_thing.cjs',
      'index.json',
    ],
  )
})

test('the index carries the digest that the documented algorithm gives', async () => {
  const { skills, out } = prepare()
  await run('build', '--skills', skills, '--out', out)
  const index = JSON.parse(readFileSync(join(out, 'index.json'), 'utf8'))
  const files = [
    { path: 'endpoints/things/make_thing.md', content: demoEndpoint },
    { path: 'SKILL.md', content: `\uFEFF${demoSkill.replaceAll('\n', '\r\n')}` },
  ]
  assert.equal(index.format, 1)
  assert.equal(index.integrations.demo.digest, digestFiles(files))
  assert.notEqual(digestFiles([files[0]!]), digestFiles(files))
})

test('a second build writes nothing', async () => {
  const { skills, out } = prepare()
  await run('build', '--skills', skills, '--out', out)
  const before = statSync(join(out, 'index.json')).mtimeMs
  const { err } = await run('build', '--skills', skills, '--out', out)
  assert.match(err, /: 0 written, 0 removed, 7 in all/)
  assert.equal(statSync(join(out, 'index.json')).mtimeMs, before)
})

test('nothing is written while an error stands', async () => {
  const { skills, out } = prepare(demoEndpoint.replace('path: /things', 'path: things'))
  const { code, err } = await run('build', '--skills', skills, '--out', out)
  assert.equal(code, 1)
  assert.match(err, /make_thing\.md:6:7 error SKILL_WRONG_FORM/)
  assert.equal(existsSync(out), false)
})

test('a warning does not keep the output from being written', async () => {
  const { skills, out } = prepare(demoEndpoint.replace(/examples: .*\n/, ''))
  const { code, err } = await run('build', '--skills', skills, '--out', out)
  assert.equal(code, 0)
  assert.match(err, /warning SKILL_EXAMPLE_MISSING/)
  assert.equal(existsSync(join(out, 'index.json')), true)
})

test('--check names changed, missing and orphaned files, the first differing line and the cure, and writes nothing', async () => {
  const { skills, out } = prepare()
  await run('build', '--skills', skills, '--out', out)
  assert.equal((await run('build', '--check', '--skills', skills, '--out', out)).code, 0)

  const typesFile = join(out, 'demo/types.ts')
  writeFileSync(typesFile, readFileSync(typesFile, 'utf8').replace('make_thing', 'made_thing'))
  rmSync(join(out, 'demo/integration.json'))
  writeFileSync(join(out, 'demo/stray.txt'), 'stray')
  const { code, err } = await run('build', '--check', '--skills', skills, '--out', out)
  assert.equal(code, 1)
  assert.match(
    err,
    /changed {3}\S+\/demo\/types\.ts:4\n {2}there {3}.*made_thing.*\n {2}fresh {3}.*make_thing/,
  )
  assert.match(err, /missing {3}\S+\/demo\/integration\.json/)
  assert.match(err, /orphaned {2}\S+\/demo\/stray\.txt/)
  assert.match(err, /Run: skillett build/)
  assert.match(readFileSync(typesFile, 'utf8'), /made_thing/)
  assert.equal(existsSync(join(out, 'demo/integration.json')), false)
  assert.equal(existsSync(join(out, 'demo/stray.txt')), true)
})

test('build removes what no skill stands for any more, with its empty folders', async () => {
  const { skills, out, endpointFile } = prepare()
  cpSync(join(skills, 'demo'), join(skills, 'other'), { recursive: true })
  writeFileSync(join(skills, 'other/SKILL.md'), demoSkill.replace('name: demo', 'name: other'))
  writeFileSync(
    join(skills, 'other/endpoints/things/make_thing.md'),
    demoEndpoint.replace('run demo', 'run other'),
  )
  assert.equal((await run('build', '--skills', skills, '--out', out)).code, 0)
  rmSync(join(skills, 'other'), { recursive: true })
  const { err } = await run('build', '--skills', skills, '--out', out)
  assert.match(err, /6 removed/)
  assert.deepEqual(readdirSync(out).sort(), ['demo', 'index.json'])
  assert.equal(existsSync(endpointFile), true)
})

test('build refuses to clear a folder that it has not made', async () => {
  const { skills, out } = prepare()
  mkdirSync(out)
  writeFileSync(join(out, 'thesis.txt'), 'years of work')
  const { code, err } = await run('build', '--skills', skills, '--out', out)
  assert.equal(code, 2)
  assert.match(err, /holds files that are not from "skillett build"/)
  assert.equal(readFileSync(join(out, 'thesis.txt'), 'utf8'), 'years of work')
})

test('a later skills folder replaces an integration of an earlier one', async () => {
  const first = prepare()
  const second = prepare()
  writeFileSync(join(second.skills, 'demo/SKILL.md'), demoSkill.replace('title: Demo', 'title: Replaced'))
  await run('build', '--skills', first.skills, '--skills', second.skills, '--out', first.out)
  const index = JSON.parse(readFileSync(join(first.out, 'index.json'), 'utf8'))
  assert.equal(index.integrations.demo.title, 'Replaced')
})

test('the committed output is what the skills of this checkout say', async () => {
  const { code, err } = await run('build', '--check')
  assert.equal(code, 0, err)
})

test('validate says all is well, or exits with 1', async () => {
  const good = await run('validate', '--skills', prepare().skills)
  assert.deepEqual([good.code, good.out], [0, ''])
  assert.match(good.err, /1 integration, 1 endpoint: no errors/)
  const bad = await run('validate', '--skills', prepare('nothing').skills)
  assert.equal(bad.code, 1)
})

test('validate --json prints one document with every problem and its place', async () => {
  const { skills } = prepare(demoEndpoint.replace('method: GET', 'method: GETT'))
  const { code, out, err } = await run('validate', '--json', '--skills', skills)
  const report = JSON.parse(out)
  assert.deepEqual([code, err, report.errors, report.warnings], [1, '', 1, 0])
  const [problem] = report.problems
  assert.deepEqual(
    [problem.code, problem.level, problem.line, problem.column, problem.end],
    ['SKILL_WRONG_VALUE', 'error', 5, 9, { line: 5, column: 13 }],
  )
  assert.match(problem.file, /make_thing\.md$/)
})

test('validate --sarif prints what code hosts read', async () => {
  const { skills } = prepare(demoEndpoint.replace('method: GET', 'method: GETT'))
  const { out } = await run('validate', '--sarif', '--skills', skills)
  const { version, runs } = JSON.parse(out)
  assert.equal(version, '2.1.0')
  const [{ ruleId, locations }] = runs[0].results
  assert.equal(ruleId, 'SKILL_WRONG_VALUE')
  assert.deepEqual(locations[0].physicalLocation.region, {
    startLine: 5,
    startColumn: 9,
    endLine: 5,
    endColumn: 13,
  })
  assert.deepEqual(
    runs[0].tool.driver.rules.map(({ id }: { id: string }) => id),
    ['SKILL_WRONG_VALUE'],
  )
})

test('colour is for terminals, and NO_COLOR switches it off', async () => {
  const { skills } = prepare('nothing')
  const print = async (): Promise<string> => {
    let text = ''
    const stderr = { isTTY: true, write: (part: string) => (text += part) }
    await main(['validate', '--skills', skills], { stdout: { write: () => undefined }, stderr })
    return text
  }
  const { NO_COLOR, TERM } = process.env
  try {
    delete process.env['NO_COLOR']
    process.env['TERM'] = 'xterm'
    assert.match(await print(), /\u001b\[31merror/)
    process.env['NO_COLOR'] = '1'
    assert.doesNotMatch(await print(), /\u001b/)
  } finally {
    if (NO_COLOR === undefined) delete process.env['NO_COLOR']
    else process.env['NO_COLOR'] = NO_COLOR
    if (TERM === undefined) delete process.env['TERM']
    else process.env['TERM'] = TERM
  }
  assert.doesNotMatch((await run('validate', '--skills', skills)).err, /\u001b/)
})

test('wrong usage exits with 2 and says what there is', async () => {
  for (const argv of [[], ['compile'], ['build', '--chekc'], ['validate', '--check'], ['build', 'extra']]) {
    const { code, err } = await run(...argv)
    assert.equal(code, 2, argv.join(' '))
    assert.match(err, /Usage:/)
  }
})

test('new writes an integration and an endpoint that validate and whose example holds', async () => {
  const skills = join(scratch, String(++folders))
  assert.equal((await run('new', 'integration', 'google-calendar', '--skills', skills)).code, 0)
  assert.equal((await run('new', 'endpoint', 'google-calendar/events/get_event', '--skills', skills)).code, 0)
  const { code, out } = await run('validate', '--json', '--skills', skills)
  assert.deepEqual([code, JSON.parse(out).problems], [0, []])
  const tested = await run('test', '--skills', skills)
  assert.match(tested.err, /^1 example passed, 0 failed\n$/)
})

test('new overwrites nothing and refuses names that could not be compiled', async () => {
  const { skills, endpointFile } = prepare()
  assert.equal((await run('new', 'endpoint', 'demo/things/make_thing', '--skills', skills)).code, 2)
  assert.equal(readFileSync(endpointFile, 'utf8'), demoEndpoint)
  const refused = [
    ['integration', 'Demo'],
    ['integration', '../demo'],
    ['endpoint', 'demo/make'],
    ['endpoint', 'demo/../../x/make'],
    ['endpoint', 'demo/things/make/more'],
    ['endpoint', 'demo/things/Make'],
    ['skill', 'demo'],
    ['integration'],
  ]
  for (const names of refused)
    assert.equal((await run('new', ...names, '--skills', skills)).code, 2, names.join(' '))
  assert.deepEqual(readdirSync(skills), ['demo'])
})

test('a build that was cut short can be repeated', async () => {
  const { skills, out } = prepare()
  await run('build', '--skills', skills, '--out', out)
  for (const path of readdirSync(join(out, 'demo'))) rmSync(join(out, 'demo', path), { recursive: true })
  const { code } = await run('build', '--skills', skills, '--out', out)
  assert.equal(code, 0)
  assert.equal((await run('build', '--check', '--skills', skills, '--out', out)).code, 0)
})
