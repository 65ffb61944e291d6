/**
 * The one small skill that tells an agent that this command is there; everything else the command tells itself. It is
 * put where the agents of this user look.
 */

import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Context } from './context.ts'

/** An agent's own folder, and where it looks for skills, both under home. */
const agents: [folder: string, skills: string][] = [
  ['.claude', '.claude/skills'],
  ['.codex', '.codex/skills'],
  ['.cursor', '.cursor/skills'],
  ['.gemini', '.gemini/skills'],
  ['.copilot', '.copilot/skills'],
  ['.config/opencode', '.config/opencode/skills'],
  ['.codeium/windsurf', '.codeium/windsurf/skills'],
]

/** Where the agents look that have no place of their own. */
const shared = '.agents/skills'

export const pointerSkill = `---
name: skillett
description: Acts in the user's GitHub, Gmail, Slack and other services through the skillett command, without tokens.
---
\`skillett skills\` lists the services, \`skillett skills github\` what one can do,
\`skillett run github create_issue --help\` how. Failures name the next command. More: \`skillett help\`.
`

/** @returns the files that are there now and were not before, or were another version */
export function installPointer(context: Context): string[] {
  const home = context.homeDirectory()
  const found = agents.filter(([folder]) => existsSync(join(home, folder))).map(([, skills]) => skills)
  return [...found, shared].flatMap((skills) => {
    const file = join(home, skills, 'skillett', 'SKILL.md')
    return write(file) ? [file] : []
  })
}

/** A file that is somebody else's, and a link, stay as they are; so does a home that cannot be written to. */
function write(file: string): boolean {
  try {
    if (lstatSync(file, { throwIfNoEntry: false })?.isFile() === false) return false
    const present = existsSync(file) ? readFileSync(file, 'utf8') : undefined
    if (present === pointerSkill || (present !== undefined && !/^---\nname: skillett\n/.test(present)))
      return false
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, pointerSkill)
    return true
  } catch {
    return false
  }
}
