/** What went over each network card since the system started, as each system tells it: Linux' file, macOS' netstat, Windows' own figures of its adapters. */
import os from 'node:os'
import type { Platform } from '../../shared/machine.ts'
import type { MachineSource } from '../system/machine-source.ts'
import type { Counters } from './senses-traffic.ts'

export interface CounterReader {
  everyMs: number
  limitMs: number
  /** null: the system does not tell. `boot`: one start of the system; null: the system has no name for it, and `bootedAt` tells one from another. */
  look(): Promise<{ counters: Counters; boot: string | null; bootedAt: number | null } | null>
}

/** Elsewhere a program is started for it. */
const commandEveryMs = 60_000
/** PowerShell costs a second of processor time each. */
const powershellEveryMs = 600_000
const netstatMs = 5_000
const powershellMs = 15_000

/** null: on this system nothing is known to tell. */
export function counterReader(source: MachineSource, now: () => number, uptimeSeconds: () => number = os.uptime): CounterReader | null {
  const looks: Partial<Record<Platform, CounterReader>> = {
    linux: { everyMs: 10_000, limitMs: 4_000, look: () => linuxLook(source, now) },
    darwin: { everyMs: commandEveryMs, limitMs: netstatMs + 1_000, look: () => byCommand('netstat', ['-ibn'], netstatMs, macCountersIn) },
    win32: { everyMs: powershellEveryMs, limitMs: powershellMs + 2_000, look: () => byCommand('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', adapterScript], powershellMs, windowsCountersIn) },
  }
  return looks[source.platform] ?? null

  async function byCommand(program: string, args: string[], timeoutMs: number, read: (text: string) => Counters): ReturnType<CounterReader['look']> {
    const answer = await source.run(program, args, { timeoutMs, maxBytes: 1024 * 1024 })
    if (answer.kind !== 'done' || answer.exitCode !== 0) return null
    const counters = read(answer.stdout)
    // A machine without a card that counts is one whose answer was not understood.
    return Object.keys(counters).length === 0 ? null : { counters, boot: null, bootedAt: now() - uptimeSeconds() * 1000 }
  }
}

async function linuxLook(source: MachineSource, now: () => number): ReturnType<CounterReader['look']> {
  const text = await source.readFile('/proc/net/dev')
  if (text === null) return null
  const [boot, uptime] = await Promise.all([source.readFile('/proc/sys/kernel/random/boot_id'), source.readFile('/proc/uptime')])
  const seconds = Number.parseFloat(uptime ?? '')
  return { counters: countersIn(text), boot: boot?.trim() ?? '', bootedAt: Number.isFinite(seconds) ? now() - seconds * 1000 : null }
}

/** Loopback, bridges, tunnels and containers: what goes over them goes over a card as well, or not at all. */
const notOutside = /^(lo|docker|br-|veth|virbr|vnet|tun|tap|wg|tailscale|zt|cni|flannel|cali|podman|lxc|lxd|bond|team|dummy|ifb|sit|ip6tnl)|[.@:]/

/** `/proc/net/dev`: the first figure after the colon is received, the ninth sent. */
export function countersIn(text: string): Counters {
  const counters: Counters = {}
  for (const line of text.split('\n')) {
    const match = /^\s*([^\s:]+):\s*(.*)$/.exec(line)
    if (!match || notOutside.test(match[1] ?? '')) continue
    const figures = (match[2] ?? '').trim().split(/\s+/).map(Number)
    const sum = (figures[0] ?? Number.NaN) + (figures[8] ?? Number.NaN)
    if (Number.isFinite(sum)) counters[match[1] as string] = sum
  }
  return counters
}

/**
 * `netstat -ibn`: "en0 1500 <Link#4> d4:9a:… Ipkts Ierrs Ibytes Opkts Oerrs Obytes Coll"; further lines of a card, one for each
 * address, hold the same figures again. Only "en…" lead outside: lo, utun, awdl, bridge and the like go over them or nowhere.
 * Apple's own netstat is told 64 bits, other programs 32 (exelban/stats#3493).
 */
export function macCountersIn(text: string): Counters {
  const counters: Counters = {}
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/)
    const name = (words[0] ?? '').replace(/\*$/, '')
    if (!/^(en|pdp_ip)\d+$/.test(name) || !/^<Link#\d+>$/.test(words[2] ?? '') || words.length < 10) continue
    const [received, sent] = [Number(words.at(-5)), Number(words.at(-2))]
    if (Number.isFinite(received) && Number.isFinite(sent)) Object.assign(counters, { [`${name} received`]: received, [`${name} sent`]: sent })
  }
  return counters
}

/**
 * What `Get-NetAdapter -Physical` and `Get-NetAdapterStatistics` tell, asked of the classes behind them: their module takes
 * more than a second to load. Names may hold anything; the adapter's GUID does not.
 */
export const adapterScript =
  "$all = @(Get-CimInstance -Namespace root/StandardCimv2 -ClassName MSFT_NetAdapterStatisticsSettingData); foreach ($card in @(Get-CimInstance -Namespace root/StandardCimv2 -ClassName MSFT_NetAdapter -Filter 'HardwareInterface = TRUE')) { $all | Where-Object { $_.Name -eq $card.Name } | Select-Object -First 1 | ForEach-Object { \"$($card.InterfaceGuid) $($_.ReceivedBytes) $($_.SentBytes)\" } }"

/** "{GUID} received sent" each; a card that does not tell leaves its figures out. */
export function windowsCountersIn(text: string): Counters {
  const counters: Counters = {}
  for (const [, name, received, sent] of text.matchAll(/^(\{[0-9A-Fa-f-]{36}\}) (\d+) (\d+)\s*$/gm)) Object.assign(counters, { [`${name} received`]: Number(received), [`${name} sent`]: Number(sent) })
  return counters
}
