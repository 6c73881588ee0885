/** `idlewatt detect`: which GPUs are in this machine, and what is wrong with them; `--forget`: one that is gone for good. */
import { presentGpus } from '../../shared/machine.ts'
import type { App } from '../app.ts'
import { detectionText } from './detect-text.ts'
import { detectWith, findGpu, openApp, sayNotices, type Call } from './open-app.ts'
import { wrap } from './output.ts'
import { timeText } from './times.ts'
import { printable } from './watch-text.ts'
import { readText, WrongWords } from './words.ts'

export { detectionText }

export interface DetectFlags {
  /** Id of a lost card, or the beginning of it. */
  forget?: string
}

/** Of a card's problems those that make it unusable; the others say what is merely missing. */
const graveProblems = ['gpu-lost', 'gpu-reset-required', 'card-not-readable', 'cards-not-described']

/** 0: at least one GPU and nothing wrong with the machine, or a card forgotten; 1: no GPU, a driver that does not answer, or a card that is lost. */
export async function detect(call: Call, flags: DetectFlags = {}): Promise<number> {
  const lostId = flags.forget === undefined ? null : readText('--forget', flags.forget)
  if (lostId !== null && call.common.gpu !== null) throw new WrongWords('--forget names the card itself, so it takes no --gpu beside it.')
  const app = openApp(call, 'command-line')
  const found = await detectWith(app)
  if (lostId !== null) return forget(call, app, findGpu(found, lostId))
  const detection = call.common.gpu === null ? found : { ...found, gpus: [findGpu(found, call.common.gpu)] }
  sayNotices(app, call.terminal)
  if (call.common.json) await call.terminal.document(detection)
  else await call.terminal.print(detectionText(detection))
  const isGrave = detection.gpus.some((gpu) => gpu.lostSince !== null || gpu.problems.some(({ id }) => graveProblems.includes(id)))
  return isGrave || detection.problems.length > 0 || !presentGpus(found.gpus).some((gpu) => gpu.kind === 'gpu') ? 1 : 0
}

/** Throws NotPossible for a card that is here. */
async function forget(call: Call, app: App, card: { id: string; name: string; lostSince: number | null }): Promise<number> {
  await app.gpus.forget(card.id)
  sayNotices(app, call.terminal, true)
  if (call.common.json) await call.terminal.document({ gpuId: card.id, name: card.name, lostSince: card.lostSince, forgotten: true })
  else {
    const since = card.lostSince === null ? '' : `, lost since ${timeText(card.lostSince)}`
    await call.terminal.print([wrap(`Forgotten: ${printable(card.name)} (${card.id})${since}. What was recorded of it is kept:`), `idlewatt history --gpu ${card.id}`].join('\n'))
  }
  return 0
}
