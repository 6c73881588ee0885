/** Free space and kind of the disk that programmes would lie on. A person types `df` and `lsblk -o NAME,ROTA`, `Get-PhysicalDisk` or `diskutil info /`. */
import type { MachineReadings } from '../../../shared/preflight.ts'
import { readDiskSpace } from '../../system/disk-space.ts'
import type { MachineSource } from '../../system/machine-source.ts'
import { known, notKnown, said } from './known.ts'
import type { PartContext } from './part.ts'

type DiskKind = 'nvme' | 'ssd' | 'hdd' | null

export async function readDisk({ source, folder, signal, timeoutMs }: PartContext): Promise<MachineReadings['disk']> {
  const [space, kind] = await Promise.all([spaceOf(source, folder), kindOf(source, folder, { signal, timeoutMs: timeoutMs - 500 })])
  if (space.freeBytes === null || space.totalBytes === null) return notKnown(`The system does not tell the space of the disk that holds ${folder}.`)
  return known({ freeBytes: space.freeBytes, totalBytes: space.totalBytes, kind, folder })
}

async function spaceOf(source: MachineSource, folder: string): Promise<{ freeBytes: number | null; totalBytes: number | null }> {
  if (source.recorded === null) return readDiskSpace(folder)
  const facts = await source.facts()
  return { freeBytes: facts.diskFreeBytes, totalBytes: facts.diskTotalBytes }
}

async function kindOf(source: MachineSource, folder: string, limits: { signal: AbortSignal; timeoutMs: number }): Promise<DiskKind> {
  if (source.platform === 'linux') return linuxKind(source, source.recorded === null ? folder : '/')
  if (source.platform === 'darwin') {
    const text = (await said(source, 'diskutil', ['info', '/'], limits)).value ?? ''
    if (/^\s*Solid State:\s*Yes/m.test(text)) return /^\s*Protocol:\s*(Apple Fabric|PCI|NVMe)/im.test(text) ? 'nvme' : 'ssd'
    return /^\s*Solid State:\s*No/m.test(text) ? 'hdd' : null
  }
  if (source.platform === 'win32') {
    const letter = /^([a-z]):/i.exec(folder)?.[1]?.toUpperCase() ?? 'C'
    const script = `Get-Partition -DriveLetter ${letter} | Get-Disk | Get-PhysicalDisk | Select-Object MediaType,BusType | ConvertTo-Json -Compress`
    const text = (await said(source, 'powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', script], limits)).value ?? ''
    if (/"BusType":\s*("NVMe"|17\b)/i.test(text)) return 'nvme'
    if (/"MediaType":\s*("SSD"|4\b)/i.test(text)) return 'ssd'
    return /"MediaType":\s*("HDD"|3\b)/i.test(text) ? 'hdd' : null
  }
  return null
}

/** By the mount that holds the folder; a virtual disk claims what it likes, so of those only "not rotating" is taken. */
async function linuxKind(source: MachineSource, folder: string): Promise<DiskKind> {
  const mount = mountOf((await source.readFile('/proc/self/mountinfo')) ?? '', folder)
  const named = mount === null ? null : /^DEVNAME=(\S+)/m.exec((await source.readFile(`/sys/dev/block/${mount.device}/uevent`)) ?? '')?.[1]
  const disks = await source.listFolder('/sys/block')
  let name = named ?? /^\/dev\/([a-z0-9-]+)$/.exec(mount?.source ?? '')?.[1] ?? null
  // Encrypted and joined volumes lie upon others.
  for (let depth = 0; depth < 4 && name !== null && /^(dm-|md)/.test(name); depth += 1) name = (await source.listFolder(`/sys/block/${name}/slaves`))[0] ?? null
  const whole = disks.filter((disk) => name?.startsWith(disk)).sort((one, other) => other.length - one.length)[0]
  if (whole === undefined) return null
  if (whole.startsWith('nvme')) return 'nvme'
  const rotates = (await source.readFile(`/sys/block/${whole}/queue/rotational`))?.trim()
  if (rotates === '0') return 'ssd'
  return rotates === '1' && !/^(vd|xvd)/.test(whole) ? 'hdd' : null
}

/** The line of /proc/self/mountinfo with the longest mount point above the folder. Pure. */
export function mountOf(text: string, folder: string): { device: string; source: string } | null {
  const mounts = text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ')
    const [, , device, , point] = before.split(' ')
    const source = after.split(' ')[1]
    if (device === undefined || point === undefined || source === undefined) return []
    const plain = point.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)))
    return folder === plain || folder.startsWith(plain === '/' ? '/' : `${plain}/`) ? [{ device, source, length: plain.length }] : []
  })
  // Of two on the same point the later one lies on top.
  return mounts.reduce<(typeof mounts)[number] | null>((best, mount) => (best === null || mount.length >= best.length ? mount : best), null)
}
