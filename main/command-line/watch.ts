/** `idlewatt watch`: what every card does now, once a second: a table drawn in place, lines for a pipe, or a document a line. */
import { presentGpus, type Gpu } from '../../shared/machine.ts'
import type { SampleTurn } from '../../shared/telemetry.ts'
import { detectionOf, type App } from '../app.ts'
import { NotPossible } from '../system/not-possible.ts'
import { detectWith, findGpu, openApp, sayNotices, type Call } from './open-app.ts'
import { batchLines, screenText, type WatchPicture } from './watch-text.ts'
import { readWholeNumber } from './words.ts'

export interface WatchFlags {
  count?: string
}

/** A viewer's lease lasts 10 s. */
const renewMs = 4_000
/** Runs until it is told to stop (q, Ctrl-C, a closed pipe) or has shown `--count` turns: 0. 1: there is no card to watch. */
export async function watch(call: Call, flags: WatchFlags, stopped: Promise<void>, stop: () => void): Promise<number> {
  const turnsWanted = flags.count === undefined ? null : readWholeNumber('--count', flags.count, { min: 1, max: 1_000_000_000, unit: 'turns' })
  const { terminal, common } = call
  const app = openApp(call, 'command-line')
  const detection = await detectWith(app)
  sayNotices(app, terminal)
  const only = common.gpu === null ? null : findGpu(detection, common.gpu).id
  if (call.stops.isStopping()) return 0
  const here = presentGpus(cardsOf(app, only))
  if (here.length === 0) throw new NotPossible([only === null ? 'No card is here to be watched.' : 'That card is not here now.', ...detection.problems.flatMap((one) => [one.sentence, one.remedy ?? ''])].filter(Boolean).join(' '))

  const isScreen = terminal.isScreen && !common.json
  let turns = 0
  let turn: SampleTurn | null = null
  let isOver = false
  /** The file it is written to may be on a full disk. */
  let failure: unknown = null

  function picture(): WatchPicture {
    const { status } = app.store.read('telemetry')
    return { cards: cardsOf(app, only), turn, trouble: status.phase === 'not-answering' ? status.sentence : null, recorded: detection.machine.recorded, now: Date.now() }
  }
  function draw(): void {
    if (!isOver && isScreen) void terminal.write(`\u001b[H${screenText(picture(), terminal.size()).split('\n').join('\u001b[K\n')}\u001b[J`)
  }
  async function take(given: SampleTurn): Promise<void> {
    if (isOver) return
    turn = only === null ? given : { ...given, samples: pick(given.samples, only), silent: pick(given.silent, only) }
    if (isScreen) draw()
    else await terminal.write(common.json ? `${JSON.stringify(turn)}\n` : batchLines(picture()).map((line) => `${line}\n`).join(''))
    turns += 1
    if (turns === turnsWanted) end()
  }
  function end(): void {
    if (isOver) return
    isOver = true
    for (const undo of undos) undo()
    stop()
  }

  const undos: (() => void)[] = []
  call.stops.add(end)
  terminal.onClosed(end)
  if (isScreen) {
    undos.push(terminal.takeScreen(), terminal.onResize(draw), terminal.onKey((key) => {
      if (key === 'q' || key === 'Q' || key === '\u0003' || key === '\u0004') end()
    }))
    draw()
  }
  // Watched, so that readers which would rest in between are asked every second or two.
  const look = (): void => app.gpus.watch('terminal', true)
  look()
  const renewal = setInterval(look, renewMs)
  undos.push(() => clearInterval(renewal))
  undos.push(app.gpus.record((given) => {
    take(given).catch((error: unknown) => {
      failure = error
      end()
    })
  }))
  undos.push(app.store.subscribe((update) => {
    if (update.part === 'telemetry' && update.value.status.phase === 'not-answering') draw()
  }))
  await stopped
  if (failure !== null) throw failure
  return 0
}

/** In the order of `detect`, lost ones at the end: that they are is what an operator wants to see. */
function cardsOf(app: App, only: string | null): Gpu[] {
  const cards = (detectionOf(app.store.read('gpus'))?.gpus ?? []).filter((gpu) => gpu.kind === 'gpu')
  return only === null ? cards : cards.filter((gpu) => gpu.id === only)
}

function pick<Value>(from: Record<string, Value>, id: string): Record<string, Value> {
  const value = from[id]
  return value === undefined ? {} : { [id]: value }
}
