/** Markdown → tree, by remark. In a file of its own, so that whoever has only plain prose need not load it. */
import remarkFrontmatter from 'remark-frontmatter'
import remarkParse from 'remark-parse'
import { unified } from 'unified'
import type { MarkdownNode } from './body-rules.ts'

const processor = unified().use(remarkParse).use(remarkFrontmatter, ['yaml'])

/** Positions are the text's. */
export function readMarkdown(text: string): MarkdownNode {
  return processor.parse(text) as MarkdownNode
}
