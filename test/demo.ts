/**
 * `npm run demo`: the whole road on this machine alone. The shipped gateway with its own PostgreSQL, a stand-in
 * for GitHub, a user, a key, a connection, and skill calls through the shipped command line, each in a process
 * of its own and printed as typed with its JSON. `npm run demo -- --keep` stays up to play with.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { buildBundle, cliBundle } from './support/bundle.ts'
import { cleanEnvironment, startGateway } from './support/gateway.ts'
import { startGithub } from './support/github.ts'
import { makeHome, removeHome, sweepHomes } from './support/home.ts'
import { viewJson } from './support/json-view.ts'

const email = 'demo@example.com'

/** What has to be put away, last first. */
const cleanups: (() => Promise<unknown>)[] = []

function say(line: string): void {
  const bold = process.stdout.isTTY && !process.env.NO_COLOR
  console.log(bold ? `\x1b[1m${line}\x1b[0m` : line)
}

interface Command {
  /** As a person would type it, after `skillett`. */
  typed: string
  env: Record<string, string>
  /** For its stdin, which the typed line reads from a file. */
  input?: string
  /** Exit codes that the demo is content with. */
  content?: (exit: number) => boolean
}

/**
 * Runs it and prints it with its answer.
 * @returns what it printed on stdout
 * @throws Error when it ends with another exit code
 */
async function run({ typed, env, input = '', content = (exit) => exit === 0 }: Command): Promise<string> {
  say(`\n$ skillett ${typed}`)
  const child = spawn(process.execPath, [cliBundle, ...readWords(typed)], {
    env: { ...cleanEnvironment(), ...env },
  })
  const closed = once(child, 'close')
  child.stdin.end(input)
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  const [exit] = (await closed) as [number]
  const columns = process.stdout.isTTY ? process.stdout.columns : undefined
  for (const answer of [out, err]) if (answer !== '') console.log(viewJson(answer, columns))
  if (exit !== 0) say(`exit code ${exit}`)
  if (!content(exit)) throw new Error(`"skillett ${typed}" should not have ended with exit code ${exit}.`)
  return out
}

/** Words as a shell would see them, without what it would read from a file. */
function readWords(typed: string): string[] {
  const words = typed.replace(/ < \S+$/, '').match(/"[^"]*"|\S+/g) ?? []
  return words.map((word) => word.replaceAll('"', ''))
}

/** @returns the environment in which `skillett` reaches the gateway */
async function play(): Promise<Record<string, string>> {
  await sweepHomes('demo')
  await buildBundle()
  const home = await makeHome('demo')
  cleanups.push(() => removeHome(home))

  say('A stand-in for GitHub: the npm package emulate, with the repository acme/app')
  const github = await startGithub()
  cleanups.push(github.stop)
  console.log(`  ${github.origin}`)

  say('The gateway, with a PostgreSQL of its own')
  const began = performance.now()
  const gateway = await startGateway(home, {
    SKILLETT_ORIGIN_MAP: JSON.stringify({ github: { 'https://api.github.com': github.origin } }),
    SKILLETT_ALLOW_UPSTREAMS: '127.0.0.0/8',
  })
  cleanups.push(gateway.stop)
  console.log(`  ${gateway.url}, ready after ${((performance.now() - began) / 1000).toFixed(1)} s`)

  say('\nThe operator makes a user and a key')
  const operator = { SKILLETT_HOME: home }
  await run({ typed: `admin create-user --email ${email}`, env: operator })
  const made = await run({ typed: `admin create-key --email ${email} --name demo`, env: operator })
  const { full_key: key } = JSON.parse(made) as { full_key: string }

  say('\nThe user connects GitHub with a personal access token, and an agent gets to work')
  const env = { SKILLETT_API_URL: gateway.url, SKILLETT_API_KEY: key }
  await run({
    typed: 'connect github --auth token --secret-stdin < token.txt',
    env,
    input: `${github.token}\n`,
  })
  await run({
    typed: 'run github create_issue --repo acme/app --title "Bug" --labels bug --labels urgent',
    env,
  })
  await run({ typed: 'run github list_issues_for_repo --repo acme/app', env })

  say('\nA call that GitHub refuses: one JSON object on stderr, and an exit code that says why')
  await run({
    typed: 'run github list_issues_for_repo --repo acme/unknown',
    env,
    content: (exit) => exit > 1,
  })

  say('\nEvery call is in the audit log')
  await run({ typed: 'calls', env })
  return env
}

function tellWhatToTry(env: Record<string, string>): void {
  say('\nThe gateway stays up until Ctrl-C. In another terminal, in this folder:')
  for (const [name, value] of Object.entries(env)) console.log(`  export ${name}=${value}`)
  console.log('  npx skillett skills github')
  console.log('  npx skillett run github create_issue --help')
  console.log('  npx skillett run github create_issue --repo acme/app --title "Another" --dry-run')
  console.log('  npx skillett run github search_issues --q "repo:acme/app bug"')
}

async function main(): Promise<number> {
  const { keep } = parseArgs({ options: { keep: { type: 'boolean', default: false } } }).values
  const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]).then(
    () => 'interrupted' as const,
  )
  try {
    const env = await Promise.race([play(), interrupted])
    if (env === 'interrupted') return 130
    if (!keep) return 0
    tellWhatToTry(env)
    await interrupted
    return 0
  } catch (error) {
    console.error(`\nThe demo stopped. ${error instanceof Error ? error.message : String(error)}`)
    return 1
  } finally {
    for (const cleanup of cleanups.reverse()) await cleanup()
  }
}

process.exit(await main())
