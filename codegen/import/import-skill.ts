/** The phases of an import between reading and writing, all pure: operations → drafts → texts → checked by the compiler. */
import { checkSkills } from '../compile.ts'
import { isError, type Problem } from '../problem.ts'
import type { Folder, Source } from '../read.ts'
import type { Api, Operation, Refusal } from './api.ts'
import { writeDraft } from './draft-text.ts'
import { detailLevels, draftEndpoint } from './endpoint-draft.ts'
import { draftIntegration, readFacts, type IntegrationFacts } from './integration-draft.ts'
import { groupOf, nameOperations } from './names.ts'
import type { Selection } from './select.ts'

export interface ImportRequest {
  integration: string
  selection: Selection
  /** Operation key → endpoint name. */
  names: ReadonlyMap<string, string>
  baseUrl?: string
}

export interface ImportedFile {
  /** Relative to the integration's folder. */
  path: string
  text: string
  /** Absent for SKILL.md. */
  operation?: string
}

export interface Imported {
  files: ImportedFile[]
  refused: Refusal[]
  /** Operations that were selected. */
  operations: number
}

const maxYaml = 60 * 1024
const maxNodes = 1800

export function importSkill(api: Api, request: ImportRequest): Imported | { reason: string } {
  const facts = readFacts(api, request.baseUrl)
  if ('reason' in facts) return facts
  const names = nameOperations(api, request.integration, request.names)
  const selected = api.operations.filter(request.selection)
  const imported: Imported = { files: [], refused: [], operations: selected.length }
  const hosts: string[] = []
  for (const operation of selected) {
    const name = names.get(operation.key)!
    const written = writeEndpoint(api, facts, operation, name)
    if ('refused' in written) imported.refused.push({ operation: operation.key, reason: written.refused })
    else {
      const path = `endpoints/${groupOf(operation)}/${name}.md`
      imported.files.push({ path, text: written.text, operation: operation.key })
      if (written.host !== undefined) hosts.push(written.host)
    }
  }
  const skill = writeDraft(draftIntegration(api, request.integration, facts, hosts))
  imported.files.unshift({ path: 'SKILL.md', text: skill })
  return imported
}

/** With less and less detail, until it is small enough for a skill file. */
function writeEndpoint(
  api: Api,
  facts: IntegrationFacts,
  operation: Operation,
  name: string,
): { text: string; host?: string } | { refused: string } {
  for (const detail of detailLevels) {
    const draft = draftEndpoint(api, facts, operation, name, detail)
    if ('refused' in draft) return draft
    if (countNodes(draft.data['params']) > maxNodes) continue
    const text = writeDraft(draft)
    if (Buffer.byteLength(text) <= maxYaml)
      return { text, ...(draft.host !== undefined && { host: draft.host }) }
  }
  return { refused: 'it is too large for a skill file' }
}

function countNodes(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0
  return Object.values(value).reduce<number>((count, inner) => count + countNodes(inner), 1)
}

export interface CheckedImport {
  files: ImportedFile[]
  refused: Refusal[]
  /** Of the skill as it will lie there, imported files that are refused left out. */
  problems: Problem[]
  sources: Source[]
}

/** `present`: files of the folder that stay as they are. What the compiler refuses is not written. */
export function checkImport(
  folder: Omit<Folder, 'sources'>,
  present: readonly Source[],
  files: readonly ImportedFile[],
): CheckedImport {
  const sourceOf = ({ path, text }: ImportedFile): Source => ({ path, file: `${folder.file}/${path}`, text })
  const sources = [...present, ...files.map(sourceOf)]
  const { problems } = checkSkills({ folders: [{ ...folder, sources }], problems: [] })
  const errors = new Map<string, Problem>()
  for (const problem of problems)
    if (isError(problem) && !errors.has(problem.file)) errors.set(problem.file, problem)
  const failed = files.filter(
    ({ path, operation }) => operation !== undefined && errors.has(`${folder.file}/${path}`),
  )
  const refused = failed.map(({ path, operation }) => {
    const { code, text } = errors.get(`${folder.file}/${path}`)!
    return { operation: operation!, reason: `${code} ${text}` }
  })
  const failedFiles = new Set(failed.map(({ path }) => `${folder.file}/${path}`))
  return {
    files: files.filter((file) => !failed.includes(file)),
    refused,
    problems: problems.filter(({ file }) => !failedFiles.has(file)),
    sources: sources.filter(({ file }) => !failedFiles.has(file)),
  }
}
