/** What the gallery draws: the real app on recorded machines first, then what no recording can show. */
import type { WhatIfAnswer } from '../../shared/requests.ts'
import { readRealHealth, readRealState, readRealWhatIf } from './real.ts'
import { sample, series } from './parts.ts'
import { states, type GalleryState } from './states.ts'

/** Hand-made states that the gallery adds; the others of states.ts are for the tests. */
const byHand = ['sixteen', 'silent', 'looking', 'running', 'finished', 'measure-full', 'measure-sustained', 'memory-errors', 'memory-good', 'held', 'sixteen-running', 'sixteen-done', 'sustaining', 'cancelling', 'runs-compared', 'runs-imported', 'crash', 'bad-setting', 'what-if-unknown', 'lost', 'ailing', 'still-loading', 'not-recording', 'ledger', 'ledger-empty', 'tariff-weekly', 'tariff-dated', 'tariff-over', 'moves', 'rig', 'network', 'networks-odd', 'sources', 'sources-never', 'sources-offline', 'sources-off', 'programmes', 'programme-new', 'programme-steps', 'programme-running', 'programme-log', 'programme-leave', 'programme-broken', 'programme-odd', 'programme-slow', 'activity-none', 'diagnose', 'policy', 'policy-runs', 'policy-paused', 'policy-unknown', 'policy-recorded', 'policy-empty', 'policy-sixteen', 'policy-explained', 'policy-plan', 'policy-refused']

const ailing = states.find((state) => state.id === 'ailing')
/** The card in full over several ranges, and its lost neighbour. */
const pastStates: GalleryState[] = ailing
  ? [
      { ...ailing, id: 'past-1h', title: 'A card in full', pages: [`gpus/${encodeURIComponent('GPU-00000000')}`], act: 'chart-keys' },
      { ...ailing, id: 'past-24h', title: 'A card over a day', pages: [`gpus/${encodeURIComponent('GPU-00000003')}`], act: 'range-24h' },
      { ...ailing, id: 'past-1y', title: 'A card over a year', pages: [`gpus/${encodeURIComponent('GPU-00000003')}`], act: 'range-1y' },
      { ...ailing, id: 'past-lost', title: 'A lost card', pages: [`gpus/${encodeURIComponent('GPU-00000001')}`] },
      { ...ailing, id: 'channels', title: 'A webhook that has just been set up', pages: ['settings'], act: 'webhook' },
    ]
  : []

export async function galleryStates(): Promise<{ shown: GalleryState[]; whatIf: WhatIfAnswer }> {
  const two = await readRealState('two-rtx-3090-linux')
  const eight = await readRealState('eight-h200')
  const dear = await readRealState('rtx-3050', { currency: 'EUR', electricityPricePerKwh: 0.42, temperatureUnit: 'F' })
  const health = await readRealHealth()
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
    { id: 'mig-a100', title: 'An A100 cut into slices', state: await readRealState('mig-a100'), pages: ['gpus'], act: 'open-layers' },
    { id: 'dear-power', title: 'An RTX 3050 at 0.42 EUR a kilowatt-hour', state: dear, pages: ['overview', 'compare', 'settings'] },
    { id: 'row', title: 'An opened row', state: two, pages: ['compare'], act: 'open-row' },
    { id: 'row-needs', title: 'The requirements of a row', state: eight, pages: ['compare'], act: 'open-needs' },
    { id: 'row-binds', title: 'What a row binds', state: eight, pages: ['compare'], act: 'open-binds' },
    { id: 'what-if', title: 'A what-if', state: two, pages: ['compare'], act: 'what-if' },
    { id: 'gpu-open', title: 'One of eight cards opened', state: eight, pages: ['gpus'], act: 'open-gpu' },
    ...pastStates,
    ...states.filter((state) => byHand.includes(state.id)),
  ]
  const isReal = (one: GalleryState) => one.state.networks.networks.some((network) => network.id in health)
  return { shown: shown.map((one) => (isReal(one) ? { ...one, networks: { health, requests: [] } } : one)), whatIf: await readRealWhatIf({ gpuModel: 'RTX 5090', gpuCount: 1, more: [], factors: {} }) }
}
