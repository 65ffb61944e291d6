/**
 * The four hints of an endpoint: what its method implies, what the author says, and where the two cannot both be
 * true. Reads by POST and writes by GET exist, but have to be spelled out.
 */
import type { Annotations, Method } from './manifest.ts'
import type { Report } from './parameter.ts'

const read: Annotations = { read_only: true, destructive: false, idempotent: true, open_world: true }
const write: Annotations = { read_only: false, destructive: false, idempotent: false, open_world: true }

const implied: Record<Method, Annotations> = {
  GET: read,
  HEAD: read,
  POST: write,
  PUT: { ...write, destructive: true, idempotent: true },
  PATCH: { ...write, destructive: true },
  DELETE: { ...write, destructive: true, idempotent: true },
}

const safe: readonly Method[] = ['GET', 'HEAD']
/** RFC 9110, 9.2.2. */
const idempotent: readonly Method[] = ['GET', 'HEAD', 'PUT', 'DELETE']

export function linkAnnotations(
  method: Method,
  written: Partial<Annotations> | undefined,
  report: Report,
): Annotations {
  const stated = written ?? {}
  const annotations = { ...implied[method], ...stated }
  const refuse = (key: keyof Annotations, reason: string, remedy: string): void =>
    report('SKILL_ANNOTATIONS', ['annotations', key], { reason, remedy })
  const wroteAll = Object.keys(implied.GET).every((key) => key in stated)

  if (!written && !safe.includes(method)) {
    const taken = annotations.destructive ? 'destructive' : 'a write that destroys nothing'
    report('SKILL_ANNOTATIONS_MISSING', ['method'], { method, taken })
  }
  if (annotations.read_only && ['PUT', 'PATCH', 'DELETE'].includes(method)) {
    refuse('read_only', `A ${method} cannot be read-only`, 'Write read_only: false, or correct the method.')
  } else if (stated.read_only && stated.destructive) {
    refuse(
      'destructive',
      'What only reads destroys nothing',
      'Write destructive: false, or read_only: false.',
    )
  }
  if (safe.includes(method) && !annotations.read_only && !wroteAll) {
    const remedy =
      'If the service really writes on GET, state all four annotations. Otherwise write read_only: true.'
    refuse('read_only', `A ${method} that writes is rare`, remedy)
  }
  if (safe.includes(method) && stated.destructive && stated.read_only === undefined) {
    refuse(
      'destructive',
      `A ${method} that destroys is rare`,
      'State all four annotations, or correct the method.',
    )
  }
  if (stated.idempotent === false && idempotent.includes(method) && !wroteAll) {
    const remedy =
      'If repeating it really changes more, state all four annotations. Otherwise write idempotent: true.'
    refuse('idempotent', `A ${method} is idempotent by its definition`, remedy)
  }
  if (annotations.read_only) annotations.destructive = false
  return annotations
}
