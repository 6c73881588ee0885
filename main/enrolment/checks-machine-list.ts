/** Every check of the machine as such: what it judges, from which value it is in order, and what mends it. Pure. */
import { presentGpus } from '../../shared/machine.ts'
import type { Known } from '../../shared/preflight.ts'
import type { CheckedMachine, Found, MachineCheck } from './checks-machine.ts'

/** Software of a programme and its work files; most want far more, and their own checks say so. */
const leastFreeBytes = 10e9
/** Certificates and signed messages are refused beyond a few seconds. */
const mostOffMs = 2_000

const fine = (actual: string | null, why: string): Found => ({ ok: true, actual, why })
const note = (actual: string | null, why: string, remedy: string | null = null): Found => ({ ok: null, actual, why, remedy })
const wrong = (actual: string | null, why: string, remedy: string): Found => ({ ok: false, actual, why, remedy })

/** What was not measured is said with its reason; what was is judged. */
function when<T>(reading: Known<T>, judge: (value: T) => Found): Found {
  return reading.why !== null ? note(null, reading.why) : judge(reading.value as T)
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes >= 100e9 ? 0 : 1)} GB`

export const machineCheckList: MachineCheck[] = [
  { id: 'driver', title: 'NVIDIA driver and CUDA', required: 'a driver that answers for every NVIDIA card', reading: null, judge: judgeDriver },
  { id: 'virtualisation', title: 'Virtualisation', required: 'hardware of its own, for programmes that refuse virtual machines', reading: null, judge: judgeVirtualisation },
  { id: 'clock', title: 'Clock', required: `within ${mostOffMs / 1000} s of the true time`, unit: 's', reading: 'clock', judge: judgeClock },
  { id: 'dns', title: 'Names (DNS)', required: 'names of hosts are resolved', reading: 'dns', judge: ({ readings }) => when(readings.dns, ({ works, how }) => (works ? fine(how, 'Names are resolved.') : wrong('not resolved', `${how}.`, 'Check that this machine is online, and which name server it was given.'))) },
  { id: 'public-address', title: 'Public address', required: 'known', reading: 'publicAddress', judge: ({ readings }) => when(readings.publicAddress, ({ address, how }) => fine(address, `This is the address ${how}.`)) },
  { id: 'cgnat', title: 'Carrier-grade NAT', required: 'none, for programmes that need ports opened inward', reading: 'cgnat', judge: ({ readings }) => when(readings.cgnat, judgeCgnat) },
  { id: 'line', title: 'Line speed', required: 'measured against a server of your choice', unit: 'Mbit/s', reading: 'line', judge: ({ readings }) => when(readings.line, ({ downMbps, upMbps, latencyMs, server }) => fine(`${downMbps} Mbit/s down, ${upMbps} Mbit/s up, ${latencyMs} ms`, `Measured against ${server}.`)) },
  { id: 'listening', title: 'Ports in use', required: 'known', reading: 'listening', judge: ({ readings }) => when(readings.listening, (ports) => fine(ports.length === 0 ? 'none' : `${ports.length}`, ports.length === 0 ? 'Nothing listens on any port.' : `${ports.slice(0, 12).map(({ port, protocol, listener }) => `${protocol.toUpperCase()} ${port} (${listener ?? 'not told'})`).join(', ')}${ports.length > 12 ? ', …' : ''}.`)) },
  { id: 'disk-space', title: 'Disk for programmes', required: `${leastFreeBytes / 1e9} GB free`, unit: 'GB', reading: 'disk', judge: judgeDisk },
  { id: 'disk-speed', title: 'Disk speed', required: 'measured', unit: 'MB/s', reading: 'diskSpeed', judge: ({ readings }) => when(readings.diskSpeed, ({ readMBps, writeMBps }) => fine(`reads ${readMBps} MB/s, writes ${writeMBps} MB/s`, 'Measured past the system’s cache, with a file that is gone again.')) },
  { id: 'docker', title: 'Docker', required: 'a Docker Engine that answers, for programmes in containers', reading: 'docker', judge: judgeDocker },
  { id: 'container-toolkit', title: 'Cards inside Docker', required: 'the NVIDIA container toolkit, where NVIDIA cards work in containers', reading: 'containerToolkit', judge: judgeToolkit },
  { id: 'card-in-container', title: 'A card tried in a container', required: 'a container that sees the card', reading: 'cardInContainer', judge: ({ readings }) => when(readings.cardInContainer, ({ works, said }) => (works ? fine(said, 'A container saw the card.') : wrong('not seen', said, 'Install the NVIDIA container toolkit, run `nvidia-ctk runtime configure --runtime=docker`, and restart Docker.'))) },
  { id: 'wsl2', title: 'WSL2', required: 'a distribution of version 2, for programmes that run in Linux on Windows', reading: 'wsl2', platforms: ['win32'], judge: judgeWsl },
  { id: 'sleep', title: 'Sleep', required: 'the machine does not go to sleep by itself', reading: 'sleep', judge: judgeSleep },
  { id: 'remote-session', title: 'Remote desktop', required: 'no Remote Desktop (RDP) session', reading: 'remoteSession', judge: judgeSession },
  { id: 'files', title: 'Files of installed software', required: 'there and unchanged', reading: 'missingFiles', judge: judgeFiles },
  { id: 'other-software', title: 'Programmes’ software that runs', required: 'none that Idlewatt did not start', reading: 'software', judge: judgeSoftware },
]

function judgeDriver({ detected }: CheckedMachine): Found {
  if (detected === null) return note(null, 'The cards have not been looked for yet.')
  const cards = presentGpus(detected.gpus).filter((gpu) => gpu.vendor === 'nvidia' && gpu.kind === 'gpu')
  const [first] = cards
  if (first === undefined) return note('no NVIDIA card', 'Without an NVIDIA card its driver is not needed.')
  const mute = cards.filter((gpu) => gpu.driverVersion === null)
  if (mute.length > 0) return wrong('does not answer', `The driver does not answer for ${mute.map((gpu) => gpu.name).join(', ')}.`, 'Install or repair the NVIDIA driver and restart the machine; `nvidia-smi` should list every card.')
  return fine(`driver ${first.driverVersion}${first.cudaVersion === null ? '' : `, CUDA ${first.cudaVersion}`}`, 'The driver answers for every card; what each programme asks of it is in its own checks.')
}

function judgeVirtualisation({ detected }: CheckedMachine): Found {
  const about = detected?.machine.surroundings ?? null
  if (about === null) return note(null, 'What kind of place this system runs in could not be told.')
  const word = { 'bare-metal': 'hardware of its own', 'virtual-machine': 'a virtual machine', container: 'a container', wsl: 'WSL' }[about.kind]
  const actual = about.name === null ? word : `${word} (${about.name})`
  return about.kind === 'bare-metal' ? fine(actual, about.sentence) : note(actual, `${about.sentence} Some programmes take no such machine; their own checks say so.`)
}

function judgeClock({ readings, platform }: CheckedMachine): Found {
  const remedy = platform === 'win32' ? 'Turn "Set time automatically" on in the settings of Windows, and press "Sync now".' : platform === 'darwin' ? 'Turn "Set time and date automatically" on in the system settings.' : 'Run `sudo timedatectl set-ntp true`, or install chrony.'
  return when(readings.clock, ({ offMs, how }) => {
    const actual = Math.abs(offMs) < 1000 ? `${Math.abs(offMs)} ms off` : `${(Math.abs(offMs) / 1000).toFixed(1)} s ${offMs > 0 ? 'slow' : 'fast'}`
    return Math.abs(offMs) <= mostOffMs ? fine(actual, `Told ${how}.`) : wrong(actual, `Told ${how}. Certificates and signed messages are refused by a clock that is off.`, remedy)
  })
}

function judgeCgnat({ isBehind, because }: { isBehind: boolean; because: string }): Found {
  if (!isBehind) return fine('none', because)
  return note('behind one', `${because} Nobody outside can reach a port of this machine.`, 'Ask the provider of your line for a public address of your own (IPv4), or choose programmes that need no port inward.')
}

function judgeDisk({ readings }: CheckedMachine): Found {
  return when(readings.disk, ({ freeBytes, totalBytes, kind, folder }) => {
    const actual = `${gigabytes(freeBytes)} free of ${gigabytes(totalBytes)}${kind === null ? '' : `, ${{ nvme: 'NVMe', ssd: 'SSD', hdd: 'hard disk' }[kind]}`}`
    if (freeBytes < leastFreeBytes) return wrong(actual, `Software of programmes lies in ${folder}.`, 'Free some space, or keep the data on another disk with --data.')
    return fine(actual, `Software of programmes lies in ${folder}.${kind === 'hdd' ? ' Many programmes ask for an SSD.' : ''}`)
  })
}

function judgeDocker({ readings }: CheckedMachine): Found {
  return when(readings.docker, (docker) => {
    if (docker.answers) return fine(docker.version === null ? 'there' : `version ${docker.version}`, `${docker.isDesktop === true ? 'Docker Desktop answers' : 'It answers'}; ${docker.containers.length === 1 ? '1 container is' : `${docker.containers.length} containers are`} there.`)
    const why = `${docker.why ?? 'It does not answer'}`.replace(/[.\s]*$/, '.')
    const sentence = why.charAt(0).toUpperCase() + why.slice(1)
    return /not installed|not found|no docker/i.test(why) ? note('not installed', `${sentence} Only programmes in containers need it.`, docker.remedy) : wrong('does not answer', sentence, docker.remedy ?? 'Start Docker, and look at its own messages.')
  })
}

function judgeToolkit({ readings, detected, platform }: CheckedMachine): Found {
  const hasCard = detected === null || presentGpus(detected.gpus).some((gpu) => gpu.vendor === 'nvidia' && gpu.kind === 'gpu')
  if (!hasCard) return note('not needed', 'There is no NVIDIA card that a container could use.')
  return when(readings.containerToolkit, ({ isThere, version, how }) => {
    if (isThere) return fine(version === null ? 'there' : `version ${version}`, how)
    const remedy = platform === 'linux' ? 'Install nvidia-container-toolkit, run `sudo nvidia-ctk runtime configure --runtime=docker`, and restart Docker.' : platform === 'win32' ? 'Install Docker Desktop and let it run over WSL2.' : null
    // Without a Docker that answers nothing is wrong yet.
    return readings.docker.value?.answers === true && remedy !== null && detected !== null ? wrong('not installed', how, remedy) : note('not installed', how, remedy)
  })
}

function judgeWsl({ readings }: CheckedMachine): Found {
  return when(readings.wsl2, ({ distributions }) => {
    const second = distributions.filter(({ version }) => version === 2)
    if (second.length > 0) return fine(second.map(({ name }) => name).join(', '), 'A distribution of version 2 is there.')
    if (distributions.length > 0) return note('version 1 alone', 'WSL1 reaches no graphics card.', `Run \`wsl --set-version ${distributions[0]?.name ?? 'NAME'} 2\`.`)
    return note('not installed', 'Only programmes that run in Linux on Windows need it.', 'Run `wsl --install` as administrator, and restart.')
  })
}

function judgeSleep({ readings, platform }: CheckedMachine): Found {
  const remedy = platform === 'win32' ? 'Run `powercfg /change standby-timeout-ac 0`, or set "Never" in the power settings.' : platform === 'darwin' ? 'Run `sudo pmset -c sleep 0`.' : 'Turn automatic suspend off in the power settings, or run `sudo systemctl mask sleep.target suspend.target`.'
  return when(readings.sleep, ({ mayIdleSleep, how }) => {
    const sentence = `${how.charAt(0).toUpperCase()}${how.slice(1)}.`
    return mayIdleSleep ? wrong('it may', `${sentence} Work is lost when it does, and some programmes punish it.`, remedy) : fine('it does not', sentence)
  })
}

function judgeSession({ readings }: CheckedMachine): Found {
  return when(readings.remoteSession, (session) => {
    if (session === 'rdp') return wrong('Remote Desktop', 'Remote Desktop may put its own display adapter before the cards, and programs started in such a session may not see them.', 'Use the machine at its own screen, or another kind of remote control, when you set programmes up.')
    return fine(session === null ? 'none' : session.toUpperCase(), session === null ? 'Nobody looks from another machine.' : 'This kind of session leaves the cards alone.')
  })
}

function judgeFiles({ readings }: CheckedMachine): Found {
  return when(readings.missingFiles, (files) => {
    if (files.length === 0) return fine('all there', 'Every file that Idlewatt downloaded is there and unchanged, or none was yet.')
    const gone = files.filter(({ what }) => what === 'gone').length
    return wrong(
      files.map(({ path, what }) => `${path}: ${what}`).join('; '),
      gone > 0 ? 'Files that Idlewatt downloaded were taken away: most likely by an antivirus program, or by hand.' : 'Files that Idlewatt downloaded are no longer what they were, or cannot be read: they updated themselves, or an antivirus program holds them.',
      'Look into your antivirus program’s quarantine. If it holds the file, compare its hash with the publisher’s before you let it out; then do the download step of the programme again. Exclude no whole folder.',
    )
  })
}

function judgeSoftware({ readings }: CheckedMachine): Found {
  return when(readings.software, (found) => {
    const foreign = found.filter(({ isOurs }) => !isOurs)
    if (foreign.length === 0) return fine(found.length === 0 ? 'none' : 'Idlewatt’s own alone', 'Nothing else uses the cards for a programme.')
    return note(foreign.map(({ what }) => what).join(', '), `${foreign.map(({ programmeTitle, what }) => `${programmeTitle}: ${what}`).join('; ')}. Two programmes on one card hurt each other.`, 'Set the programme up here, so that Idlewatt takes its software over as it runs, or stop it before you set up another.')
  })
}
