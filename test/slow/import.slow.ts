/** Whole descriptions of real services, imported; and what was imported, held against where it came from. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { ImportReport } from '../../codegen/import/command.ts'
import { describeUse, filesEnding, folder, measure, skip, tell } from './descriptions.ts'

const scratch = mkdtempSync(join(tmpdir(), 'skillett-slow-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

/** Work, not time on the clock: other things may run beside it. */
const limits = { cpuSeconds: 20, megabytes: 700, share: 0.97 }

describe('every operation becomes a file that compiles, or is listed', { skip }, () => {
  for (const file of filesEnding('.json.gz')) {
    const name = file.replace('.json.gz', '')
    test(name, async () => {
      const path = join(folder!, file)
      const dir = join(scratch, name)
      const run = await measure(...['import', 'openapi', path, '--integration', name, '--out', dir, '--json'])
      const { code, out, err } = run
      assert.equal(code, 0, err)
      const { operations, written, refused, errors } = JSON.parse(out) as ImportReport
      const counts = `${operations} operations, ${written.length - 1} files, ${refused.length} left out`
      tell(`${name}: ${counts}, ${describeUse(run)}`)
      for (const { operation, reason } of refused) tell(`  left out ${operation}: ${reason}`)
      assert.equal(errors, 0)
      assert.equal(written.length - 1 + refused.length, operations)
      assert.ok((written.length - 1) / operations >= limits.share)
      assert.ok(run.cpuSeconds < limits.cpuSeconds && run.megabytes < limits.megabytes)

      const compared = await measure('validate', '--skills', dir, '--against', path, '--json')
      const { problems } = JSON.parse(compared.out) as { problems: { level: string; text: string }[] }
      assert.deepEqual(
        problems.filter(({ level }) => level === 'error').map(({ text }) => text),
        [],
      )
      tell(`${name}: the same against its description, ${describeUse(compared)}`)
    })
  }
})
