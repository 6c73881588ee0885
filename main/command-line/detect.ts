/** `idlewatt detect`: which GPUs are in this machine, and what is wrong with them. */
import { presentGpus } from '../../shared/machine.ts'
import { detectionText } from './detect-text.ts'
import { detectWith, findGpu, openApp, sayNotices, type Call } from './open-app.ts'

export { detectionText }

/** Of a card's problems those that make it unusable; the others say what is merely missing. */
const graveProblems = ['gpu-lost', 'gpu-reset-required', 'card-not-readable', 'cards-not-described']

/** 0: at least one GPU and nothing wrong with the machine; 1: no GPU, a driver that does not answer, or a card that is lost. */
export async function detect(call: Call): Promise<number> {
  const app = openApp(call, 'command-line')
  const found = await detectWith(app)
  const detection = call.common.gpu === null ? found : { ...found, gpus: [findGpu(found, call.common.gpu)] }
  sayNotices(app, call.terminal)
  if (call.common.json) await call.terminal.document(detection)
  else await call.terminal.print(detectionText(detection))
  const isGrave = detection.gpus.some((gpu) => gpu.lostSince !== null || gpu.problems.some(({ id }) => graveProblems.includes(id)))
  return isGrave || detection.problems.length > 0 || !presentGpus(found.gpus).some((gpu) => gpu.kind === 'gpu') ? 1 : 0
}
