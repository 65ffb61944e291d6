/** A reporter for node:test that tells only what was skipped, one line each; run.ts repeats it at the end. */
export default async function* skipped(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' || data.skip === undefined) continue
    yield `${data.name}${typeof data.skip === 'string' && data.skip ? ` (${data.skip})` : ''}\n`
  }
}
