/** Waits for a condition that nothing announces. */
import { setTimeout as delay } from 'node:timers/promises'

/** @throws Error after the deadline, 10 s if not said otherwise */
export async function poll(isSo: () => Promise<boolean>, deadlineMs = 10_000): Promise<void> {
  const until = performance.now() + deadlineMs
  while (!(await isSo())) {
    if (performance.now() > until) throw new Error('it did not come about')
    await delay(15)
  }
}
