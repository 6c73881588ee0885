/** What Linux tells of its surroundings in files. A person types `systemd-detect-virt` and `cat /sys/class/dmi/id/*`. */
import { hypervisorOf, isLaptopCase, type Nameplate } from './hypervisors.ts'
import type { MachineSource } from './machine-source.ts'
import type { Trace, Traces } from './surroundings.ts'

const nameplateFolder = '/sys/class/dmi/id'

export async function readLinux(machine: MachineSource, env: Record<string, string | undefined>): Promise<Traces> {
  const text = async (path: string): Promise<string | null> => (await machine.readFile(path))?.replaceAll('\0', '\n').trim() ?? null
  const plateText = async (name: string): Promise<string | null> => (await text(`${nameplateFolder}/${name}`)) || null
  const [systemMaker, product, boardMaker, biosMaker, assetTag, chassis, processor, kernel, container, power] = await Promise.all([
    plateText('sys_vendor'),
    plateText('product_name'),
    plateText('board_vendor'),
    plateText('bios_vendor'),
    plateText('chassis_asset_tag'),
    plateText('chassis_type'),
    text('/proc/cpuinfo'),
    kernelOf(text),
    containerOf(machine, text, env),
    powerOf(machine, text),
  ])
  const plate: Nameplate = { systemMaker, product, boardMaker, biosMaker, assetTag }
  const wsl = wslOf(kernel)
  const hypervisor = wsl === null ? await hypervisorHere(text, plate, processor) : null
  const hardware = systemMaker !== null || product !== null ? `the nameplate says ${[systemMaker, product].filter(Boolean).join(' ')}` : processor ? 'the processor names no hypervisor' : null
  const byCase = isLaptopCase(chassis === null ? null : Number(chassis))
  return {
    container,
    wsl,
    hypervisor,
    hardware,
    isLaptop: byCase ?? (power.hasBattery === true ? true : null),
    onBattery: power.onBattery ?? (byCase === false ? false : null),
    remoteSession: null,
    evidence: power.because === null ? [] : [power.because],
  }
}

async function kernelOf(text: (path: string) => Promise<string | null>): Promise<string | null> {
  return (await text('/proc/sys/kernel/osrelease')) ?? (await text('/proc/version'))
}

/** "5.15.167.4-microsoft-standard-WSL2", "4.4.0-19041-Microsoft"; a kernel of one's own in WSL2 may say neither. */
function wslOf(kernel: string | null): Trace | null {
  if (kernel === null || !/microsoft|wsl/i.test(kernel)) return null
  // Azure's virtual machines carry "-azure"; their older kernels were built by "microsoft.com" as well.
  if (/azure/i.test(kernel) && !/wsl/i.test(kernel)) return null
  const word = /\S*(?:microsoft|wsl)\S*/i.exec(kernel)?.[0] ?? kernel
  const name = /wsl2|microsoft-standard/i.test(kernel) ? 'WSL2' : /-Microsoft\b/.test(kernel) ? 'WSL1' : null
  return { name, because: `the kernel is called ${word}` }
}

async function containerOf(machine: MachineSource, text: (path: string) => Promise<string | null>, env: Record<string, string | undefined>): Promise<Trace | null> {
  const account = await machine.listFolder('/var/run/secrets/kubernetes.io/serviceaccount')
  if (account.length > 0) return { name: 'Kubernetes', because: '/var/run/secrets/kubernetes.io/serviceaccount exists' }
  if ((env['KUBERNETES_SERVICE_HOST'] ?? '') !== '') return { name: 'Kubernetes', because: 'KUBERNETES_SERVICE_HOST is set' }
  if ((await text('/.dockerenv')) !== null) return { name: 'Docker', because: '/.dockerenv exists' }
  if ((await text('/run/.containerenv')) !== null) return { name: 'Podman', because: '/run/.containerenv exists' }
  const bySystemd = await text('/run/systemd/container')
  if (bySystemd) return { name: containerNames[bySystemd] ?? bySystemd, because: `/run/systemd/container says ${bySystemd}` }
  const said = env['container'] || /^container=(.+)$/m.exec((await text('/proc/1/environ')) ?? '')?.[1]
  // WSL's own systemd calls itself a container too.
  if (said && said !== 'wsl') return { name: containerNames[said] ?? said, because: `the first process was started with container=${said}` }
  const groups = (await text('/proc/1/cgroup')) ?? ''
  for (const [pattern, name] of groupNames) {
    if (pattern.test(groups)) return { name, because: '/proc/1/cgroup says so' }
  }
  return (await machine.listFolder('/proc/vz')).length > 0 && (await machine.listFolder('/proc/bc')).length === 0 ? { name: 'OpenVZ', because: '/proc/vz exists without /proc/bc' } : null
}

const containerNames: Record<string, string> = { docker: 'Docker', podman: 'Podman', lxc: 'LXC', 'lxc-libvirt': 'LXC', 'systemd-nspawn': 'systemd-nspawn', oci: 'OCI', rkt: 'rkt', kube: 'Kubernetes' }
const groupNames: [RegExp, string][] = [
  [/kubepods/, 'Kubernetes'],
  [/\/docker[/-]/, 'Docker'],
  [/libpod/, 'Podman'],
  [/\/lxc[/.]/, 'LXC'],
  [/containerd/, 'containerd'],
]

async function hypervisorHere(text: (path: string) => Promise<string | null>, plate: Nameplate, processor: string | null): Promise<Trace | null> {
  // The first system under Xen has the hardware to itself.
  if (/control_d/.test((await text('/proc/xen/capabilities')) ?? '')) return null
  const byPlate = hypervisorOf(plate)
  if (byPlate !== null) return { name: byPlate, because: `the nameplate says ${[plate.systemMaker, plate.product].filter(Boolean).join(' ') || byPlate}` }
  const type = await text('/sys/hypervisor/type')
  if (type) return { name: type === 'xen' ? 'Xen' : type, because: `/sys/hypervisor/type says ${type}` }
  const tree = await text('/proc/device-tree/hypervisor/compatible')
  if (tree) return { name: /kvm/i.test(tree) ? 'KVM' : /vmware/i.test(tree) ? 'VMware' : /xen/i.test(tree) ? 'Xen' : tree, because: `the device tree names the hypervisor ${tree}` }
  if (!/^flags\s*:.*\bhypervisor\b/m.test(processor ?? '')) return null
  const byProcessor = /^model name\s*:.*\b(KVM|QEMU)\b/m.exec(processor ?? '')?.[1]
  return { name: byProcessor ?? null, because: 'the processor says that a hypervisor runs it' }
}

interface Power {
  hasBattery: boolean | null
  onBattery: boolean | null
  because: string | null
}

/** Batteries of mice and of UPSes are none of the machine's own. */
async function powerOf(machine: MachineSource, text: (path: string) => Promise<string | null>): Promise<Power> {
  const folder = '/sys/class/power_supply'
  const names = await machine.listFolder(folder)
  const supplies = await Promise.all(
    names.map(async (name) => {
      const [type, scope, status, online] = await Promise.all(['type', 'scope', 'status', 'online'].map((file) => text(`${folder}/${name}/${file}`)))
      return { name, type, scope, status, online }
    }),
  )
  const batteries = supplies.filter(({ name, type, scope }) => (type === null ? /^BAT/i.test(name) : type === 'Battery') && scope !== 'Device')
  const mains = supplies.filter(({ type, online }) => (type === 'Mains' || type === 'USB') && online !== null)
  const battery = batteries[0]
  if (battery === undefined) return { hasBattery: names.length > 0 ? false : null, onBattery: names.length > 0 ? false : null, because: null }
  const isPlugged = mains.some(({ online }) => online === '1' || online === '2')
  const drains = batteries.some(({ status }) => status === 'Discharging')
  const says = batteries.some(({ status }) => status !== null && status !== 'Unknown')
  const onBattery = isPlugged ? false : mains.length > 0 || drains ? true : says ? false : null
  return { hasBattery: true, onBattery, because: `it has a battery (${battery.name})` }
}
