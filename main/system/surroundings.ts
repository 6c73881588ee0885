/** Where the operating system runs and who looks at it: hardware, a virtual machine, a container or WSL; a laptop; a remote session. */
import type { Surroundings } from '../../shared/machine.ts'
import { readLinux } from './linux-surroundings.ts'
import type { MachineSource } from './machine-source.ts'
import { readMac } from './mac-surroundings.ts'
import { fillFromSystemInformation } from './si-surroundings.ts'
import { readWindows } from './windows-surroundings.ts'

/** What was found, before it is put into words. */
export interface Traces {
  container: Trace | null
  wsl: Trace | null
  hypervisor: Trace | null
  /** What speaks for hardware of its own; null: nothing was readable. */
  hardware: string | null
  isLaptop: boolean | null
  onBattery: boolean | null
  remoteSession: Surroundings['remoteSession']
  /** More that was seen on the way. */
  evidence: string[]
}

export interface Trace {
  /** null: its maker does not show. */
  name: string | null
  because: string
}

/** What is known beside files and commands: a recording's facts, this process's environment. */
export interface Hints {
  isVirtual?: boolean | null
  isWsl?: boolean | null
  /** Of this very process; a recording has none. */
  env?: Record<string, string | undefined>
}

/** null: nothing tells. Never throws. */
export async function surroundingsOf(machine: MachineSource, hints: Hints = {}): Promise<Surroundings | null> {
  const env = hints.env ?? {}
  const read = machine.platform === 'linux' ? readLinux : machine.platform === 'win32' ? readWindows : machine.platform === 'darwin' ? readMac : null
  const found = fillFromSystemInformation(read === null ? noTraces() : await read(machine, env), await machine.recordedLayer('systeminformation'))
  if (found.wsl === null && hints.isWsl === true) found.wsl = { name: null, because: 'the recording’s facts say so' }
  const isUntold = found.hypervisor === null && found.hardware === null
  if (isUntold && hints.isVirtual === true) found.hypervisor = { name: null, because: 'the recording’s facts say so' }
  if (isUntold && hints.isVirtual === false) found.hardware = 'the recording’s facts name no virtual machine'
  found.remoteSession ??= remoteSessionIn(env)
  return describe(found)
}

export function noTraces(): Traces {
  return { container: null, wsl: null, hypervisor: null, hardware: null, isLaptop: null, onBattery: null, remoteSession: null, evidence: [] }
}

/** A container in a virtual machine is a container; what is around it is named beside. Pure. */
export function describe(found: Traces): Surroundings | null {
  const { container, wsl, hypervisor } = found
  const kind = container ? 'container' : wsl ? 'wsl' : hypervisor ? 'virtual-machine' : found.hardware !== null ? 'bare-metal' : null
  if (kind === null) return null
  const around = wsl ? (wsl.name ?? 'WSL') : hypervisor ? (hypervisor.name ?? 'a virtual machine') : null
  const name = container ? container.name : wsl ? wsl.name : hypervisor ? hypervisor.name : null
  const isLaptop = kind === 'bare-metal' || kind === 'wsl' ? found.isLaptop : null
  const evidence = [container?.because, wsl?.because, hypervisor?.because, kind === 'bare-metal' ? found.hardware : null, ...found.evidence]
  return {
    kind,
    name,
    hypervisor: container ? around : null,
    isLaptop,
    onBattery: found.onBattery,
    remoteSession: found.remoteSession,
    sentence: [sentenceOf(kind, name, around, isLaptop), found.onBattery === true ? 'It runs on its battery now.' : null, found.remoteSession === null ? null : remoteSentences[found.remoteSession]].filter((part) => part !== null).join(' '),
    evidence: evidence.filter((part): part is string => part !== null && part !== undefined),
  }
}

function sentenceOf(kind: Surroundings['kind'], name: string | null, around: string | null, isLaptop: boolean | null): string {
  switch (kind) {
    case 'container':
      return `In a container${name === null ? '' : ` (${name})`}${around === null ? '' : ` on ${around}`}: only the cards that were handed in are seen here.`
    case 'wsl':
      return name === 'WSL1'
        ? 'Linux in WSL1 on Windows: it cannot reach graphics cards; WSL2 can.'
        : `Linux in ${name ?? 'WSL'} on Windows: cards are Windows’ own, and so are their driver and other programs that use them.`
    case 'virtual-machine':
      return `In a virtual machine${name === null ? '' : ` (${name})`}: cards here were handed in by the host.`
    case 'bare-metal':
      return isLaptop === true ? 'A laptop.' : 'On hardware of its own.'
  }
}

const remoteSentences = {
  rdp: 'It is looked at through Remote Desktop (RDP), which may put its own display adapter before the cards.',
  vnc: 'It is looked at through VNC.',
  ssh: 'It is reached over SSH.',
}

/** Variables that the session's server sets. A window that was opened before does not lose them. Pure. */
export function remoteSessionIn(env: Record<string, string | undefined>): Surroundings['remoteSession'] {
  const has = (name: string): boolean => (env[name] ?? '') !== ''
  if (/^rdp-tcp/i.test(env['SESSIONNAME'] ?? '') || has('XRDP_SESSION') || has('XRDP_SOCKET_PATH')) return 'rdp'
  if (has('VNCDESKTOP') || has('VNC_SESSION')) return 'vnc'
  return has('SSH_CONNECTION') || has('SSH_CLIENT') || has('SSH_TTY') ? 'ssh' : null
}

/** Whether a virtual machine is somewhere around; null: not told. */
export function isVirtualIn(surroundings: Surroundings | null): boolean | null {
  if (surroundings === null) return null
  if (surroundings.kind === 'container') return surroundings.hypervisor ? true : null
  return surroundings.kind !== 'bare-metal'
}
