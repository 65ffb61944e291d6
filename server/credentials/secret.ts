/**
 * The opaque type of everything secret. It cannot be printed, logged or serialised by accident; only
 * `reveal` gives the text, and the house test names the few files that may call it.
 */
import { inspect } from 'node:util'

const shown = '[secret]'

export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return shown
  }

  toJSON(): string {
    return shown
  }

  [inspect.custom](): string {
    return shown
  }

  static reveal(secret: Secret): string {
    return secret.#text
  }
}

/** The text of a secret. Whoever calls this is responsible for where it goes. */
export const reveal = Secret.reveal
