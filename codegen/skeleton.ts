/** `skillett new`: a first draft of an integration or an endpoint, which validates as it stands. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { titleOf } from './units.ts'

export interface Draft {
  /** Below the skills folder. */
  path: string
  text: string
}

const integrationName = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const groupName = /^[a-z][a-z0-9]*([-_][a-z0-9]+)*$/
const endpointName = /^[a-z][a-z0-9_]{0,62}$/

/** A draft, or why the name cannot be used. */
export function draftIntegration(name: string): Draft | string {
  if (!integrationName.test(name) || name.length > 55) {
    return `"${name}" is no name for an integration: lower-case letters, digits and single -, such as google-calendar.`
  }
  const text = `---
skillett: 1
name: ${name}
title: ${titleOf(name)}
description: What an agent can do with ${titleOf(name)}, and when to use it.
version: 0.1.0

base_url: https://api.example.com
# The credential goes nowhere else.
allowed_hosts: [api.example.com]

auth:
  - id: token
    type: bearer
    title: API token
---

# ${titleOf(name)}

What an agent should know before its first call.
`
  return { path: `${name}/SKILL.md`, text }
}

/** A draft, or why the name cannot be used. `where` is `integration/group/name`. */
export function draftEndpoint(where: string): Draft | string {
  const [integration = '', group = '', name = '', ...more] = where.split('/')
  const good = integrationName.test(integration) && groupName.test(group) && endpointName.test(name)
  if (!good || more.length > 0) {
    return `"${where}" is no place for an endpoint. Write it like github/issues/create_issue.`
  }
  const text = `---
skillett: 1
name: ${name}
title: ${titleOf(name)}
description: What it does, and when to use it.
method: GET
path: /things/{id}
annotations: {read_only: true, destructive: false, idempotent: true, open_world: true}

params:
  id: {type: string, required: true, description: The thing to get, examples: ['42']}

examples:
  - run: skillett run ${integration} ${name} --id 42
    request: {method: GET, url: 'https://api.example.com/things/42'}
---

What an agent should know that the schema does not say.
`
  return { path: `${integration}/endpoints/${group}/${name}.md`, text }
}

/** Writes a draft; false when there is a file already, which stays as it is. */
export function writeDraft(skillsDir: string, { path, text }: Draft): boolean {
  const target = join(skillsDir, path)
  if (existsSync(target)) return false
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, text, { flag: 'wx' })
  return true
}
