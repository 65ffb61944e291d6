/**
 * Calls under way. Answers that bypass Fastify's pipeline are not waited for by its close, nor is a call whose
 * caller has hung up; an orderly end waits for these.
 */

export interface UnderWay {
  track<Result>(work: Promise<Result>): Promise<Result>
  /** Resolves when nothing is under way, or after `mostMs`. */
  settle(mostMs: number): Promise<void>
}

export function makeUnderWay(): UnderWay {
  let count = 0
  let settled: (() => void) | undefined
  return {
    track(work) {
      count += 1
      return work.finally(() => {
        count -= 1
        if (count === 0) settled?.()
      })
    },
    async settle(mostMs) {
      if (count === 0) return
      let timer: NodeJS.Timeout | undefined
      await Promise.race([
        new Promise<void>((resolve) => (settled = resolve)),
        new Promise<void>((resolve) => (timer = setTimeout(resolve, mostMs))),
      ])
      clearTimeout(timer)
    },
  }
}
