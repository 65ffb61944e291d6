/** One difference between an endpoint and its description, before it gets a place in the file. */
import type { Details } from '../problem.ts'
import type { Rule } from './excuse.ts'

export interface Finding {
  rule: Rule
  /** The parameter, key or value that it is about; what an excuse names in `at`. */
  subject: string
  details: Details
  at: Spot
}

/** Where in the front matter. */
export type Spot =
  /** A key, or a part of its value; another one where the file does not have it. */
  | { key: string[]; otherwise?: string[]; part?: string }
  /** Where a parameter is sent: its mapping, else its name. `part` is text of the mapping. */
  | { param: string; part: string }
  /** Inside the schema of a parameter. */
  | { param: string; schema: (string | number)[]; isKey: boolean }
