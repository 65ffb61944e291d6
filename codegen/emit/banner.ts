/** What every emitted file that can hold a comment begins with. Nothing in it varies between runs. */

export function banner(source: string): string {
  return `Generated from ${source} by "skillett build". Do not edit.`
}

export function skillSource(integration: string): string {
  return `skills/${integration}`
}
