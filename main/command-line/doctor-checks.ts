/** What can be wrong with this installation, a check each: what it looks at, what it found, what mends it. */
import { accessSync, constants, existsSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { presentGpus, type Detection, type Problem } from '../../shared/machine.ts'
import type { Notice } from '../../shared/state.ts'
import { holderOf } from '../system/data-folder.ts'
import { fileErrorWords } from '../system/file-errors.ts'
import { memoryText } from './output.ts'
import { timeText } from './times.ts'

export interface CheckSubject {
  dataFolder: string
  root: string
  rendererFolder: string
  port: number
  /** null: looking for GPUs failed, and `problem` says how. */
  detection: Detection | null
  problem: Problem | null
  notices: Notice[]
  /** Why OpenCL lists no device, in the loader's words; null: it does, or was not asked. */
  whyNoOpenCl: string | null
}

export interface Finding {
  /** null: nothing wrong, but something is not there that can be done without. */
  ok: boolean | null
  what: string
  remedy: string | null
}

export interface Check {
  id: string
  title: string
  look(subject: CheckSubject): Finding | Promise<Finding>
}

const fine = (what: string): Finding => ({ ok: true, what, remedy: null })
const missing = (what: string, remedy: string | null): Finding => ({ ok: null, what, remedy })
const wrong = (what: string, remedy: string | null): Finding => ({ ok: false, what, remedy })

const leastFreeBytes = 500 * 2 ** 20

export const checks: Check[] = [
  { id: 'node', title: 'Node', look: lookAtNode },
  { id: 'page', title: 'Built page', look: ({ rendererFolder }) => (existsSync(join(rendererFolder, 'index.html')) ? fine('built') : wrong('The page has not been built.', 'Run `npm run build`, or start with `npm start`.')) },
  { id: 'native-calls', title: 'Driver calls (koffi)', look: lookAtKoffi },
  { id: 'gpus', title: 'GPUs', look: lookAtGpus },
  { id: 'nvidia', title: 'NVIDIA driver', look: lookAtNvidia },
  { id: 'opencl', title: 'OpenCL', look: lookAtOpenCl },
  { id: 'data-folder', title: 'Data folder', look: lookAtDataFolder },
  { id: 'disk', title: 'Free disk', look: lookAtDisk },
  { id: 'settings', title: 'Settings', look: lookAtSettings },
  { id: 'window', title: 'Window (Electron)', look: lookAtWindow },
  { id: 'display', title: 'Display', look: lookAtDisplay },
  { id: 'port', title: 'Loopback port', look: ({ port }) => lookAtPort(port) },
]

function lookAtNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 18) ? fine(process.version) : wrong(`${process.version} is too old.`, 'Start with `npm start`, which brings Node 24.')
}

async function lookAtKoffi(): Promise<Finding> {
  try {
    const koffi = (await import('koffi')).default as { version?: string }
    return fine(`koffi ${koffi.version ?? ''}`.trim())
  } catch (error) {
    return wrong(`koffi cannot be loaded: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`, 'Run `npm ci`; koffi brings a binary for each system.')
  }
}

function lookAtGpus({ detection, problem }: CheckSubject): Finding {
  if (detection === null) return wrong(problem?.sentence ?? 'Looking for GPUs failed.', problem?.remedy ?? null)
  const first = detection.problems[0]
  if (first) return wrong(detection.problems.map((one) => one.sentence).join(' '), detection.problems.map((one) => one.remedy).filter(Boolean).join(' ') || null)
  const gpus = presentGpus(detection.gpus).filter((gpu) => gpu.kind === 'gpu')
  const lost = detection.gpus.filter((gpu) => gpu.lostSince !== null)
  if (lost.length > 0) return wrong(`Lost: ${lost.map((gpu) => `${gpu.name} (${gpu.pciAddress ?? gpu.id}), since ${timeText(gpu.lostSince ?? 0)}`).join('; ')}.`, 'Look at its seat, riser and power cables. If it was taken out for good, forget it on the GPUs page.')
  if (gpus.length === 0) return wrong('No GPU was found.', 'Check that the card is seated and that its driver is installed.')
  const bad = gpus.flatMap((gpu) => gpu.problems.map((one) => ({ ...one, sentence: `${gpu.name}: ${one.sentence}` })))
  if (bad.length > 0) return wrong(bad.map((one) => one.sentence).join(' '), bad.map((one) => one.remedy).filter(Boolean).join(' ') || null)
  return fine(gpus.map((gpu) => gpu.name).join(', '))
}

function lookAtNvidia({ detection }: CheckSubject): Finding {
  const cards = presentGpus(detection?.gpus ?? []).filter((gpu) => gpu.vendor === 'nvidia' && gpu.kind === 'gpu')
  if (cards.length === 0) return missing('No NVIDIA card was found, so its driver is not needed.', null)
  const byNvml = cards.filter((gpu) => gpu.seenBy.includes('nvml')).length
  const bySmi = cards.filter((gpu) => gpu.seenBy.includes('nvidia-smi')).length
  const driver = cards[0]?.driverVersion
  if (byNvml === cards.length) return fine(`NVML answers${driver ? `, driver ${driver}` : ''}`)
  if (bySmi === cards.length) return fine(`nvidia-smi answers${driver ? `, driver ${driver}` : ''}; NVML does not load`)
  return wrong(`The driver answers for ${Math.max(byNvml, bySmi)} of ${cards.length} NVIDIA cards.`, 'Install or repair the NVIDIA driver, then restart the machine; `nvidia-smi` should list every card.')
}

function lookAtOpenCl({ detection, whyNoOpenCl }: CheckSubject): Finding {
  const offered = detection?.gpus.filter((gpu) => gpu.opencl !== null) ?? []
  if (offered.length > 0) return fine(offered.map((gpu) => gpu.opencl?.name ?? gpu.name).join(', '))
  if (whyNoOpenCl !== null) {
    const told = ['IDLEWATT_OPENCL_LIBRARY', 'OCL_ICD_VENDORS', 'OCL_ICD_FILENAMES'].filter((name) => process.env[name])
    const naming = told.map((name) => `${name} is set to ${process.env[name]}`).join(', and ')
    if (told.length > 0) return wrong(`No OpenCL device: ${naming}. ${whyNoOpenCl}`, `Take ${told.join(' and ')} out of the environment, or name a library that is there.`)
    if (/\.icd/.test(whyNoOpenCl)) return wrong(`No OpenCL device. ${whyNoOpenCl}`, 'Install the OpenCL package of your card’s driver again; it brings the library that this file names.')
  }
  const remedy = process.platform === 'linux' ? 'Install ocl-icd-libopencl1 and the OpenCL package of your card’s driver.' : 'The driver of your card brings OpenCL; install it again.'
  const hasGpu = detection?.gpus.some((gpu) => gpu.kind === 'gpu') ?? false
  return hasGpu ? wrong('No OpenCL driver offers a card, so nothing can be measured.', remedy) : missing('No OpenCL device.', remedy)
}

function lookAtDataFolder({ dataFolder }: CheckSubject): Finding {
  const holder = holderOf(dataFolder)
  if (holder && holder.pid !== process.pid) return fine(`${dataFolder}, in use by the ${holder.door} door (process ${holder.pid}${holder.address ? `, ${holder.address}` : ''})`)
  const nearest = nearestFolder(dataFolder)
  try {
    if (nearest !== resolve(dataFolder)) {
      accessSync(nearest, constants.W_OK)
      return fine(`${dataFolder} (made at the first start)`)
    }
    const probe = join(dataFolder, `.write-check-${process.pid}`)
    writeFileSync(probe, 'x')
    rmSync(probe)
    return fine(dataFolder)
  } catch (error) {
    return wrong(`${dataFolder} cannot be written: ${fileErrorWords(error)}.`, 'Make it writable, or name another folder with --data.')
  }
}

function lookAtDisk({ dataFolder }: CheckSubject): Finding {
  try {
    const { bavail, bsize } = statfsSync(nearestFolder(dataFolder))
    const free = bavail * bsize
    return free < leastFreeBytes ? wrong(`Only ${memoryText(free)} are free where the data folder lies.`, 'Free some space, or name a folder on another disk with --data.') : fine(`${memoryText(free)} free`)
  } catch (error) {
    return missing(`The free space is not known: ${fileErrorWords(error)}.`, null)
  }
}

function nearestFolder(folder: string): string {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(at) || at === dirname(at)) return at
  }
}

function lookAtSettings({ notices, dataFolder }: CheckSubject): Finding {
  const said = notices.filter((notice) => notice.id.startsWith('settings'))
  if (said.length > 0) return wrong(said.map((notice) => notice.sentence).join(' '), 'Set what was lost again on the Settings page.')
  return fine(existsSync(join(dataFolder, 'settings.json')) ? 'read' : 'none saved yet; the standard ones are used')
}

function lookAtWindow({ root }: CheckSubject): Finding {
  // A bundle for rigs holds no installer of its own: nothing would ever bring a window into it.
  if (!root.endsWith('.asar') && !existsSync(join(root, 'scripts', 'start.js'))) return missing('This bundle has no window of its own.', '`idlewatt serve` shows the same app in a browser.')
  const folder = join(root, 'node_modules', 'electron')
  const override = process.env['ELECTRON_OVERRIDE_DIST_PATH']
  const standard = process.platform === 'win32' ? 'electron.exe' : process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron'
  const name = existsSync(join(folder, 'path.txt')) ? readFileSync(join(folder, 'path.txt'), 'utf8').trim() : standard
  return existsSync(join(override || join(folder, 'dist'), name)) ? fine('Electron is there') : missing('Electron is not downloaded yet.', '`npm start` downloads it at the first start; until then the browser shows the same app.')
}

function lookAtDisplay(): Finding {
  if (process.platform !== 'linux') return fine('there')
  const display = process.env['WAYLAND_DISPLAY'] || process.env['DISPLAY']
  return display ? fine(display) : missing('No display: no window can be opened.', 'Use `serve` and a browser, from elsewhere through an SSH tunnel.')
}

function lookAtPort(port: number): Promise<Finding> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE'
      resolve(wrong(taken ? `Port ${port} of 127.0.0.1 is in use.` : `127.0.0.1 cannot be listened on: ${error.code ?? error.message}.`, taken ? 'Name another with --port, or 0 for any free one.' : null))
    })
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(fine(port === 0 ? 'a free port can be had' : `port ${port} is free`))))
  })
}
