/** `idlewatt policy`: which of its words was meant, and which flags go with it. */
import { explain } from './policy-explain.ts'
import { show } from './policy-show.ts'
import { set } from './policy-set.ts'
import { simulate } from './policy-simulate.ts'
import { pause } from './pause.ts'
import type { Call } from './open-app.ts'
import { quoted, readOneOf, WrongWords } from './words.ts'

export interface PolicyFlags {
  add?: string[]
  remove?: string[]
  card?: string
  programme?: string
  reset?: boolean
  ignore?: string[]
  count?: string[]
  for?: string
  until?: string
  trace?: string
  from?: string
  to?: string
}

const verbs = ['show', 'set', 'explain', 'simulate', 'run-now'] as const
type Verb = (typeof verbs)[number]

const belongs: Record<keyof PolicyFlags, Verb[]> = {
  add: ['set'],
  remove: ['set'],
  card: ['set'],
  programme: ['set', 'run-now'],
  reset: ['set'],
  ignore: ['set'],
  count: ['set'],
  for: ['run-now'],
  until: ['run-now'],
  trace: ['simulate'],
  from: ['simulate'],
  to: ['simulate'],
}

/** 0: said or done; 1: it was refused. */
export async function policy(call: Call, words: string[], flags: PolicyFlags): Promise<number> {
  const [first, ...rest] = words
  if (first?.includes('=')) throw new WrongWords(`policy ${quoted(first)} lacks its word: write idlewatt policy set ${first}.`)
  const verb = first === undefined ? 'show' : (readOneOf('word of policy', first, verbs) as Verb)
  for (const flag of Object.keys(flags) as (keyof PolicyFlags)[]) {
    if (flags[flag] !== undefined && !belongs[flag].includes(verb)) throw new WrongWords(`--${flag} belongs to policy ${belongs[flag].join(' and ')}.`)
  }
  const takes = { show: 0, set: Infinity, explain: 1, simulate: 0, 'run-now': 0 }[verb]
  const extra = rest[takes]
  if (extra !== undefined) throw new WrongWords(`policy ${verb} takes ${takes === 0 ? 'no further word' : 'one programme'}; ${quoted(extra)} is one too many.`)
  if (verb === 'set') return set(call, rest, flags)
  if (verb === 'explain') return explain(call, rest[0])
  if (verb === 'simulate') return simulate(call, flags)
  if (verb === 'run-now') return pause(call, 'run-now', flags)
  return show(call)
}
