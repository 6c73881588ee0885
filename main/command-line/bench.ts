/** `idlewatt bench`: measures cards, and does what there is to do with runs. The first word says which. */
import { benchCompare, benchExport, benchImport, benchList, benchOctane, benchReport, benchWorkloads } from './bench-runs.ts'
import { benchRun, type RunFlags } from './bench-run.ts'
import type { Call } from './open-app.ts'
import { nearestWord, quoted, readText, WrongWords } from './words.ts'

export interface BenchFlags extends RunFlags {
  out?: string
}

const actions = ['run', 'list', 'workloads', 'compare', 'report', 'export', 'import', 'octane'] as const
type Action = (typeof actions)[number]

/** Least and most words that follow. */
const takes: Record<Action, [number, number]> = { run: [0, 0], list: [0, 0], workloads: [0, 0], compare: [2, 2], report: [0, 16], export: [1, 1], import: [1, 1], octane: [1, 1] }
const forms: Record<Action, string> = {
  run: 'bench run [flags]',
  list: 'bench list',
  workloads: 'bench workloads',
  compare: 'bench compare A B',
  report: 'bench report [RUN...]',
  export: 'bench export RUN',
  import: 'bench import FILE',
  octane: 'bench octane FILE --gpu ID',
}

export async function bench(call: Call, words: string[], flags: BenchFlags, onMeasuring: () => void): Promise<number> {
  const { action, rest } = readAction(words)
  refuseForeignFlags(action, flags)
  const out = flags.out === undefined ? null : flags.out === '-' ? '-' : readText('--out', flags.out)
  const [first = '', second = ''] = rest
  switch (action) {
    case 'run':
      onMeasuring()
      return benchRun(call, flags)
    case 'list':
      return benchList(call)
    case 'workloads':
      return benchWorkloads(call)
    case 'compare':
      return benchCompare(call, first, second)
    case 'report':
      return benchReport(call, rest, out)
    case 'export':
      return benchExport(call, first, out)
    case 'import':
      return benchImport(call, first)
    case 'octane':
      return benchOctane(call, first)
  }
}

function readAction([word = 'run', ...rest]: string[]): { action: Action; rest: string[] } {
  const action = actions.find((one) => one === word)
  if (!action) {
    const nearest = nearestWord(word, actions)
    throw new WrongWords(`bench knows no ${quoted(word)}.${nearest === null ? '' : ` Did you mean ${nearest}?`} It knows: ${actions.join(', ')}.`)
  }
  const [least, most] = takes[action]
  const surplus = rest[most]
  if (rest.length < least) throw new WrongWords(`bench ${action} needs ${least === 1 ? 'one word' : `${least} words`} more: ${forms[action]}.`)
  if (surplus !== undefined) throw new WrongWords(`bench ${action} takes no ${quoted(surplus)}: ${forms[action]}.`)
  return { action, rest }
}

/** A flag that would be dropped in silence is a slip. */
function refuseForeignFlags(action: Action, flags: BenchFlags): void {
  const { out, ...ofRuns } = flags
  const foreign = action === 'run' ? [] : Object.keys(ofRuns)
  if (out !== undefined && action !== 'report' && action !== 'export') foreign.push('out')
  const [first] = foreign
  if (first !== undefined) throw new WrongWords(`bench ${action} takes no --${first.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.`)
}
