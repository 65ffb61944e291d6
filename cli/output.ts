/** Answers on stdout: the gateway's own bytes into a pipe or file, the same JSON laid out on lines on a terminal. */

import { describeStranger, isJson, readRefusal, type About } from './answer.ts'
import type { Answer } from './client.ts'
import type { Context } from './context.ts'
import { indentJson } from './json-text.ts'

/** Throws what a refusing answer means; returns the body of the others. */
export function takeBody(answer: Answer, about: About): Buffer {
  if (answer.status < 200 || answer.status > 299) throw readRefusal(answer, about)
  if (answer.status !== 204 && !isJson(answer)) throw describeStranger(answer, {}, about)
  return answer.body
}

const lineFeed = Buffer.from('\n')

export function printBody(body: Buffer, context: Context) {
  if (context.isTerminal('stdout')) return context.write('stdout', `${indentJson(body.toString())}\n`)
  context.write('stdout', body[body.length - 1] === 0x0a ? body : Buffer.concat([body, lineFeed]))
}
