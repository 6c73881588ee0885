/** The worker's software: a launcher that ends once its containers stand, and those containers. */
import type { SoftwareDefinition } from '../network.ts'
import { readLauncherLine } from './launcher-lines.ts'
import { readWorker } from './reading.ts'
import sources from './sources.json' with { type: 'json' }
import { stopPrice } from './stop-price.ts'
import { imagePrefix, monitorImage, workerImage } from './worker-containers.ts'

const minute = 60_000
/** Under this name its process is told from others, whichever system it was made for. */
export const launcherFile = 'io-net-launcher'

/** `--no_warnings`: without it the launcher asks a question that nobody can answer here. What it would have asked about is looked at before each start: the step "own-docker". `--ecc_enabled`: it seems to switch error-correcting memory off otherwise. `--disable_sleep_mode` is left out: it changes the system's settings, and nothing says how they are put back. */
const args = ['--device_id={device_id}', '--device_name={device_name}', '--no_warnings=true', '--ecc_enabled=true']
const command = { program: `{folder}/files/${launcherFile}`, args, cwd: '{folder}/files', needsTerminal: true }

/** Summary and details: 100 asks in five minutes; the answers lag anyway. */
const everyMs = 5 * minute

export const workerSoftware: SoftwareDefinition = {
  programmeId: 'io-net/worker',
  kind: 'managed',
  platforms: ['linux', 'darwin', 'win32'],
  command,
  commandOn: { win32: { ...command, program: `{folder}/files/${launcherFile}.exe` } },
  endsAfterLaunch: true,
  // It is at work while it pulls; once it has ended nothing is pulled any more. io.net's pages give the worker three to five minutes.
  containersWithinMs: 5 * minute,
  containers: { imagePrefix, expected: [{ image: workerImage, count: 1 }, { image: monitorImage, count: 1 }] },
  services: null,
  endpoints: [
    { id: 'device', url: 'https://api.io.solutions/v1/io-explorer/devices/{device_id}/summary', everyMs, acceptsOwnCertificate: false, whose: 'public', what: 'what io.net says of your worker', source: sources.deviceApi },
    { id: 'ready', url: 'https://api.io.solutions/v1/io-blocks/devices/{device_id}/ready', everyMs: 2 * everyMs, acceptsOwnCertificate: false, whose: 'public', what: 'whether your worker is ready for block rewards', source: sources.readyApi },
  ],
  logFiles: [],
  registryKey: null,
  processes: [
    { name: launcherFile, pathContains: null },
    { name: 'io_net_launch_binary_linux', pathContains: null },
    { name: 'io_net_launch_binary_mac', pathContains: null },
    { name: 'io_net_launch_binary_windows.exe', pathContains: null },
  ],
  // 20 GB at 50 Mbit/s take 55 minutes; a start after the first takes three to five.
  readyWithinMs: 75 * minute,
  stop: { signal: 'SIGTERM', graceMs: 30_000 },
  // Hires are paid at the end of each day; longer than three nobody waits.
  finish: { how: 'watch-until-idle', mostMs: 72 * 60 * minute },
  exitCodes: {},
  readLine: readLauncherLine,
  read: readWorker,
  stopPrice,
  source: sources.launcher,
}
