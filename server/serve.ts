/**
 * The gateway for real: database, catalogue, application, listener, and an orderly end. On SIGTERM or SIGINT it
 * stops accepting, finishes what is under way, writes what it knows, and ends; a second signal ends it at once.
 */
import { writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pino } from 'pino'
import { buildApp, type Gateway } from './app.ts'
import { layer, openCatalogue, type Catalogue, type Folders } from './catalogue/catalogue.ts'
import { compiledFolders } from './catalogue/compiled.ts'
import type { Config } from './config.ts'
import { makeVault } from './credentials/vault.ts'
import { makeAdmission } from './db/admission.ts'
import { publishCatalogue } from './db/catalogue.ts'
import { leaveNote } from './db/notes.ts'
import { makeOutcomes } from './db/outcomes.ts'
import { makeKeyUsage } from './key-usage.ts'
import { makeOAuthApps } from './oauth/apps.ts'
import { makeHeartbeat } from './oauth/heartbeat.ts'
import { makeRefresher } from './oauth/refresh.ts'
import { makeRevoker } from './oauth/revoke.ts'
import { openStore, type Store } from './open.ts'
import { makeRoad } from './road.ts'
import { welcome } from './sign-in/first-start.ts'
import { makeSignInProvider } from './sign-in/oidc.ts'
import { makeUnderWay } from './under-way.ts'
import { makeAddressCheck, type AddressCheck } from './upstream/addresses.ts'
import { makeUpstreamClient } from './upstream/client.ts'

export interface Running {
  /** Where it listens, such as http://127.0.0.1:4050. */
  url: string
  /** The operator's one-time sign-in link, at the first start with a database of its own. */
  firstLink: string | undefined
  /** Reads the skills again and serves what they say; on a mistake, goes on with what it has. */
  reload(): Promise<void>
  /** Resolves when everything under way is finished and closed. */
  stop(): Promise<void>
}

/** No call is waited for longer than this once the end was asked for. */
const longestEndMs = 30_000

/** Admission and outcomes are one statement each at a time; the rest serves the other routes. */
const databaseConnections = 8

export async function serve(config: Config): Promise<Running> {
  const isAllowed = makeAddressCheck(config.allowUpstreams)
  const readSkills = async (): Promise<Folders> =>
    layer(await compiledFolders(config.skills, join(config.home, 'compiled')))
  const [opened, folders] = await Promise.allSettled([openStore(config, databaseConnections), readSkills()])
  if (opened.status === 'rejected') throw opened.reason
  try {
    if (folders.status === 'rejected') throw folders.reason
    return await listen(config, isAllowed, opened.value, folders.value, readSkills)
  } catch (error) {
    // Its open connections would keep a process alive that serves nothing.
    await opened.value.close()
    throw error
  }
}

async function listen(
  config: Config,
  isAllowed: AddressCheck,
  store: Store,
  folders: Folders,
  readSkills: () => Promise<Folders>,
): Promise<Running> {
  const logger = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }))
  const { sql } = store
  const catalogue = openCatalogue(folders)
  await publishCatalogue(sql, sourcesOf(catalogue))
  const client = makeUpstreamClient(isAllowed)
  const outcomes = makeOutcomes(sql, (error) => logger.error(error, 'outcomes of calls were not written'))
  let url = config.publicUrl ?? ''
  let published: Promise<void> = Promise.resolve()
  const warn = (message: string, details: Record<string, unknown>): void => logger.warn(details, message)
  const keyUsage = makeKeyUsage(sql, warn)
  const vault = makeVault(store.ring, keyUsage.count)
  const beats = store.openAnother(1)
  const gateway: Gateway = {
    sql,
    catalogue,
    admission: makeAdmission(sql),
    outcomes,
    vault,
    refresher: makeRefresher(() => gateway, makeHeartbeat(beats)),
    revoker: makeRevoker(() => gateway),
    oauthApps: makeOAuthApps(sql, vault, config.oauthApps),
    originMap: config.originMap,
    warn,
    road: makeRoad(client, config.originMap),
    oidc:
      config.oidc === null
        ? null
        : makeSignInProvider(config.oidc, client, () => `${url}/sign-in/oidc/callback`),
    underWay: makeUnderWay(),
    publicUrl: () => url,
  }
  const app = buildApp(gateway, logger)
  await app.listen({ host: config.host, port: config.port })
  const address = app.server.address() as AddressInfo
  const listening = `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`
  url ||= listening
  await leaveNote(sql, 'public_url', url)
  return {
    url: listening,
    firstLink: config.databaseUrl === null ? await welcome(sql, url) : undefined,
    async reload() {
      catalogue.replace(await readSkills())
      // Calls need no table. What is published is what is served by then, so that late is never stale.
      published = published
        .then(() => publishCatalogue(sql, sourcesOf(catalogue)))
        .catch((error: Error) => logger.error(error, 'the catalogue was not published'))
    },
    async stop() {
      // A connection that was busy when the listener closed stays open for as long as its client likes.
      const idle = setInterval(() => app.server.closeIdleConnections(), 50)
      const late = setTimeout(() => app.server.closeAllConnections(), longestEndMs)
      await app.close()
      gateway.revoker.close()
      clearInterval(idle)
      clearTimeout(late)
      await gateway.underWay.settle(longestEndMs)
      gateway.refresher.close()
      await outcomes.drain()
      await published
      await keyUsage.drain()
      await client.close()
      await beats.end({ timeout: 5 })
      await store.close()
    },
  }
}

function sourcesOf(catalogue: Catalogue) {
  return [...catalogue.integrations()].map(([name, { digest }]) => ({
    name,
    digest,
    load: () => ({ integration: catalogue.integration(name)!, files: catalogue.skillFiles(name) }),
  }))
}

/**
 * Serves until SIGTERM or SIGINT comes; SIGHUP reads the skills again.
 * @param readyFile written with the URL once calls are answered, and again whenever they are by skills read again
 * @returns the exit code
 */
export async function serveUntilSignal(config: Config, readyFile: string | undefined): Promise<number> {
  const signalled = new Promise<NodeJS.Signals>((resolve) => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
  })
  const running = await serve(config)
  const first = running.firstLink && `First start. Sign in once, within an hour: ${running.firstLink}\n`
  process.stderr.write(`Skillett answers at ${running.url}\n${first ?? ''}`)
  const tellReady = async (): Promise<void> => {
    if (readyFile !== undefined) await writeFile(readyFile, `${running.url}\n`)
  }
  const complain = (error: Error): void =>
    void process.stderr.write(`Skills not reloaded: ${error.message}\n`)
  process.on('SIGHUP', () => void running.reload().then(tellReady).catch(complain))
  await tellReady()
  const signal = await signalled
  const impatient = (): never => process.exit(signal === 'SIGINT' ? 130 : 143)
  process.once('SIGTERM', impatient)
  process.once('SIGINT', impatient)
  await running.stop()
  return 0
}
