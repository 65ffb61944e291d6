/**
 * A draft → the text of a skill file. All YAML goes through the library's own stringifier; comments hold only our
 * own words.
 */
import { Document, isCollection, isMap, isScalar, type Node, type Pair } from 'yaml'

export interface Review {
  path: (string | number)[]
  text: string
}

export interface Draft {
  data: Record<string, unknown>
  /** What is written on one line. */
  flow: (string | number)[][]
  reviews: Review[]
  /** Markdown. */
  body: string
}

const longestLine = 160

export function writeDraft({ data, flow, reviews, body }: Draft): string {
  const document = new Document(data, { version: '1.2', schema: 'core', aliasDuplicateObjects: false })
  for (const path of flow) foldNode(document.getIn(path, true), valueAt(data, path))
  for (const { path, text } of reviews) comment(document, path, ` review: ${text}`)
  const yaml = document.toString({
    lineWidth: 0,
    flowCollectionPadding: false,
    blockQuote: false,
    doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
    singleQuote: true,
  })
  return `---\n${yaml}---\n\n${body}\n`
}

/** Short values go on one line; of longer ones, their short parts. */
function foldNode(node: unknown, value: unknown): void {
  if (!isCollection(node)) return
  if (JSON.stringify(value).length <= longestLine) {
    node.flow = true
    return
  }
  for (const item of node.items) {
    const child = isMap(node) ? (item as Pair<Node, Node>).value : item
    if (isCollection(child)) foldNode(child, child.toJSON())
  }
}

function valueAt(data: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, step) => (value as Record<string | number, unknown> | undefined)?.[step],
    data,
  )
}

function comment(document: Document, path: readonly (string | number)[], text: string): void {
  const last = path.at(-1)!
  const parent = document.getIn(path.slice(0, -1), true) ?? document.contents
  const holder = path.length === 1 ? document.contents : parent
  if (typeof last === 'number') {
    const item = document.getIn(path, true) as Node | undefined
    if (item) item.commentBefore = text
    return
  }
  if (!isMap(holder)) return
  const pair = holder.items.find((each) => isScalar(each.key) && each.key.value === last)
  if (pair && isScalar(pair.key)) pair.key.commentBefore = text
}
