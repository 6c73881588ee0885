/** What the gallery draws: the real app on recorded machines first, then what no recording can show. */
import type { WhatIfAnswer } from '../../shared/requests.ts'
import { readRealState, readRealWhatIf } from './real.ts'
import { sample, series } from './parts.ts'
import { states, type GalleryState } from './states.ts'

/** Hand-made states that the gallery adds; the others of states.ts are for the tests. */
const byHand = ['sixteen', 'silent', 'looking', 'running', 'finished', 'crash', 'bad-setting', 'what-if-unknown', 'lost']

export async function galleryStates(): Promise<{ shown: GalleryState[]; whatIf: WhatIfAnswer }> {
  const two = await readRealState('two-rtx-3090-linux')
  const eight = await readRealState('eight-h200')
  const dear = await readRealState('rtx-3050', { currency: 'EUR', electricityPricePerKwh: 0.42, temperatureUnit: 'F' })
  const history = Object.entries(two.telemetry.samples).map(([gpuId, last]) => series(gpuId, { ...sample(), ...last }))
  const shown: GalleryState[] = [
    { id: 'rtx-4090-windows', title: 'One RTX 4090 on Windows', state: await readRealState('rtx-4090-windows') },
    { id: 'two-rtx-3090-linux', title: 'Two RTX 3090 on Linux', state: two, history },
    { id: 'eight-h200', title: 'Eight H200', state: eight },
    { id: 'laptop', title: 'A laptop with two kinds of GPU', state: await readRealState('laptop-intel-rtx-4070'), pages: ['overview', 'gpus', 'compare'] },
    { id: 'no-gpu', title: 'No GPU', state: await readRealState('no-gpu') },
    { id: 'cpu-with-opencl', title: 'A processor with OpenCL, no GPU', state: await readRealState('cpu-with-opencl'), pages: ['overview', 'gpus', 'measure'] },
    { id: 'hanging', title: 'A driver that hangs, seen by other layers', state: await readRealState('nvidia-smi-hanging'), pages: ['overview', 'gpus'] },
    { id: 'one-card-lost', title: 'One of two cards lost', state: await readRealState('one-card-lost'), pages: ['overview', 'gpus', 'compare'] },
    { id: 'mig-a100', title: 'An A100 cut into slices', state: await readRealState('mig-a100'), pages: ['gpus'], act: 'open-facts' },
    { id: 'dear-power', title: 'An RTX 3050 at 0.42 EUR a kilowatt-hour', state: dear, pages: ['overview', 'compare', 'settings'] },
    { id: 'row', title: 'An opened row', state: two, pages: ['compare'], act: 'open-row' },
    { id: 'row-needs', title: 'The requirements of a row', state: eight, pages: ['compare'], act: 'open-needs' },
    { id: 'row-binds', title: 'What a row binds', state: eight, pages: ['compare'], act: 'open-binds' },
    { id: 'what-if', title: 'A what-if', state: two, pages: ['compare'], act: 'what-if' },
    { id: 'gpu-open', title: 'One of eight cards opened', state: eight, pages: ['gpus'], act: 'open-gpu' },
    ...states.filter((state) => byHand.includes(state.id)),
  ]
  return { shown, whatIf: await readRealWhatIf({ gpuModel: 'RTX 5090', gpuCount: 1 }) }
}
