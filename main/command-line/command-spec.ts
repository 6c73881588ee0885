/** What a command of `idlewatt` is made of. */
import { Option, type Command } from 'commander'
import type { Call } from './open-app.ts'

export interface CommandSpec {
  name: string
  description: string
  /** Which of the common flags that narrow an answer make sense here; the others are refused. */
  takes: ('gpu' | 'network')[]
  examples: string[]
  setUp?(command: Command): Command
  run(call: Call, command: Command): Promise<number>
}

/** A flag that may be repeated. */
export function several(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, before: string[] | undefined) => [...(before ?? []), value])
}
