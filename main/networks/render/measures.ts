/** Small measurements that several needs share: sizes with the slack that real machines show, versions, names of systems. */
import type { Measured, Subject } from '../network.ts'

export const gibibyte = 1024 ** 3
/** A "24 GB" card reports 22.5 to 24.0 GiB: drivers and error correction keep some for themselves; memory of the machine likewise. */
const slack = 0.92

/** Is there as much as sold under that number of gigabytes? */
export function measureSize(bytes: number | null | undefined, wantedGb: number, unknownWhy: string): Measured {
  if (typeof bytes !== 'number' || !Number.isFinite(bytes) || bytes <= 0) return { actual: null, ok: null, why: unknownWhy }
  const gb = bytes / gibibyte
  return { actual: `${gb < 10 ? Number(gb.toFixed(1)) : Math.round(gb)} GB`, ok: gb >= wantedGb * slack, unit: 'GB' }
}

/** "566.36" → 566.36; Windows' own form "32.0.15.6636" → 566.36. null: not a driver version. */
export function readDriverVersion(text: string | null): number | null {
  if (text === null) return null
  const windows = /^\d+\.\d+\.\d*(\d)\.(\d{2})(\d{2})$/.exec(text.trim())
  if (windows) return Number(`${windows[1]}${windows[2]}.${windows[3]}`)
  const plain = /^(\d{2,4})(\.\d+)?/.exec(text.trim())
  return plain ? Number(plain[1]) + Number(plain[2] ?? 0) : null
}

/** "Ubuntu 24.04.2 LTS" → { isUbuntu: true, version: "24.04" }. */
export function readUbuntu(subject: Subject): { isUbuntu: boolean | null; version: string | null } {
  const { os, osVersion } = subject.machine ?? { os: null, osVersion: null }
  if (os === null) return { isUbuntu: null, version: null }
  if (!/ubuntu/i.test(os)) return { isUbuntu: false, version: null }
  const version = /\d{2}\.\d{2}/.exec(os)?.[0] ?? /^\d{2}\.\d{2}/.exec(osVersion ?? '')?.[0] ?? null
  return { isUbuntu: true, version }
}

/** The system as a person would say it; null: unknown. */
export function systemName(subject: Subject): string | null {
  const machine = subject.machine
  if (!machine) return null
  const names: Record<string, string> = { linux: 'Linux', win32: 'Windows', darwin: 'macOS', freebsd: 'FreeBSD', openbsd: 'OpenBSD' }
  const name = machine.os ?? names[machine.platform] ?? null
  return name !== null && machine.isWsl === true ? `${name} (under WSL on Windows)` : name
}

/** `found`: what was found of the other kind of node; null: nobody looked. */
export function measureAlone(found: string[] | null, other: string): Measured {
  if (found === null) return { actual: null, ok: null, why: `To check: whether a ${other} runs here has not been looked at.` }
  return found.length === 0 ? { actual: `no ${other} found`, ok: true } : { actual: found.join(', '), ok: false, remedy: `Close the ${other} before you start this one.` }
}
