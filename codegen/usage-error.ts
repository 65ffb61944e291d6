/** Wrong usage as the command line says it to programs: its error object (README, "Errors"), on one line. */
import { catalogue } from './catalogue.ts'

export function usageError(reason: string): string {
  const { exit, retry, outcome, hint } = catalogue.usage
  const error = {
    code: 'usage',
    exit_code: exit,
    message: `${reason} ${hint.replace('{command}', 'skillett')}`,
    retryable: retry,
    retry_after_ms: null,
    outcome,
    request_id: null,
    fields: [],
    next: [],
    docs: null,
    upstream: null,
  }
  return `${JSON.stringify({ error })}\n`
}
