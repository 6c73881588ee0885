/** The one way in: checks a request's name and input, calls its handler, and turns whatever happens into a reply. */
import { requests, type Handlers, type Reply, type RequestName } from '../../shared/requests.ts'
import { looksLikeSecret, secretRefusal } from '../../shared/secrets.ts'
import type { Log } from '../system/log.ts'
import { NotPossible } from '../system/not-possible.ts'

/** Never throws. `name` and `input` come from outside and are checked here. */
export async function answer(handlers: Handlers, log: Log, name: unknown, input: unknown): Promise<Reply<unknown>> {
  // Before anything else, so that no later message can repeat it.
  if (carriesSecret([name, input])) return { ok: false, failure: { code: 'not-possible', message: secretRefusal } }
  if (typeof name !== 'string' || !Object.hasOwn(requests, name)) {
    const which = typeof name === 'string' ? `"${name.slice(0, 60)}"` : 'without a name'
    return { ok: false, failure: { code: 'unknown-request', message: `Idlewatt knows no request ${which}.` } }
  }
  const request = requests[name as RequestName]
  const parsed = request.input.safeParse(input)
  if (!parsed.success) {
    const first = parsed.error.issues[0]
    const where = first && first.path.length > 0 ? `${first.path.join('.')}: ` : ''
    return { ok: false, failure: { code: 'bad-input', message: `${name} cannot take that: ${where}${first?.message ?? 'wrong shape'}.` } }
  }
  try {
    const handler = handlers[name as RequestName] as (input: unknown) => unknown
    return { ok: true, value: (await handler(parsed.data)) ?? null }
  } catch (error) {
    if (error instanceof NotPossible) return { ok: false, failure: { code: 'not-possible', message: error.message } }
    log.error(`request ${name} failed`, { error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    return { ok: false, failure: { code: 'bug', message: 'Something went wrong inside Idlewatt. The log has the details.' } }
  }
}

/** Looks at every text in a request, names of fields included; a list, not recursion, since a request may be nested, or turn in a circle, at will. */
function carriesSecret(request: unknown): boolean {
  const left: unknown[] = [request]
  const seen = new Set<object>()
  while (left.length > 0) {
    const value = left.pop()
    if (typeof value === 'string') {
      if (looksLikeSecret(value)) return true
    } else if (typeof value === 'object' && value !== null && !seen.has(value)) {
      seen.add(value)
      for (const [key, inner] of Object.entries(value)) left.push(key, inner)
    }
  }
  return false
}
