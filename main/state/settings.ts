/** What the user has set: read once, changed key by key, and never lost to a bad file. */
import { existsSync, renameSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import { defaultPolicySettings, policySettingsSchema, type PolicySettings } from '../../shared/policy.ts'
import { defaultSettings, settingsSchema, type Settings, type SettingsChange } from '../../shared/settings.ts'
import type { Notice } from '../../shared/state.ts'
import type { SettingsFile } from '../host.ts'
import { fileErrorWords } from '../system/file-errors.ts'
import type { Log } from '../system/log.ts'
import { NotPossible } from '../system/not-possible.ts'
import { BrokenSettings } from './settings-file.ts'

export interface SettingsStore {
  values(): Settings
  /** Throws NotPossible when it cannot be saved; then nothing has changed, here or in the file. */
  change(change: SettingsChange): Settings
}

export interface SettingsOptions {
  file: SettingsFile
  log: Log
  onNotice(notice: Notice): void
}

/** What the file gave: its whole content, or why nothing may be written over it. */
type Content = { kind: 'read'; raw: Record<string, unknown> } | { kind: 'locked'; why: string }

export function createSettings(options: SettingsOptions): SettingsStore {
  const { file, log, onNotice } = options
  /** What was last read or written, whole. */
  let known: Record<string, unknown> = {}
  let values = defaultSettings
  takeOver(readContent())

  function takeOver(content: Content): void {
    if (content.kind === 'locked') return
    const { settings, bad } = pickSettings(content.raw)
    known = content.raw
    values = settings
    if (bad.length === 0) return
    const which = bad.length === 1 ? `"${bad[0]}" has a value` : `${bad.map((key) => `"${key}"`).join(', ')} have values`
    say('settings-values', 'warning', `In ${file.path}, ${which} that Idlewatt cannot use. The standard is used instead until you set it again; the file is left as it is.${bad.some((key) => key.startsWith('policy')) ? ' Since a rule on when cards may work cannot be read, Idlewatt starts and stops nothing by itself until then.' : ''}`)
  }

  function readContent(): Content {
    try {
      return { kind: 'read', raw: file.read() }
    } catch (error) {
      if (error instanceof BrokenSettings) return setAside(error.message)
      const why = `Your settings in ${file.path} cannot be read: ${fileErrorWords(error)}.`
      say('settings-unreadable', 'error', `${why} Standard settings are used, and changes cannot be saved.`)
      return { kind: 'locked', why }
    }
  }

  function setAside(what: string): Content {
    const stamp = new Date().toISOString().replace(/[:.]/g, '-')
    const folder = dirname(file.path)
    let aside = join(folder, `settings.broken-${stamp}.json`)
    for (let n = 2; existsSync(aside); n += 1) aside = join(folder, `settings.broken-${stamp}-${n}.json`)
    try {
      renameSync(file.path, aside)
    } catch (error) {
      const why = `The settings file ${file.path} is broken (${what}) and cannot be set aside: ${fileErrorWords(error)}.`
      say('settings-broken', 'error', `${why} Standard settings are used, and changes cannot be saved.`)
      return { kind: 'locked', why }
    }
    say('settings-broken', 'warning', `The settings file could not be used because ${what}. It was kept as ${basename(aside)} in ${folder}; Idlewatt goes on with ${Object.keys(known).length === 0 ? 'standard settings' : 'those it had read before'}.${Object.keys(known).length === 0 ? ' Your rules on when cards may work went with it: the standard ones hold, software that is running goes on under them, and no other is started by itself until you start it again.' : ''}`)
    return { kind: 'read', raw: known }
  }

  function say(id: string, level: Notice['level'], sentence: string): void {
    log.warn(sentence)
    onNotice({ id, level, sentence, at: Date.now() })
  }

  return {
    values: () => values,
    change(change) {
      // Read again: the file may have been edited by hand since.
      const content = readContent()
      if (content.kind === 'locked') throw new NotPossible(`The change was not saved. ${content.why}`)
      const wanted = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
      // Whatever else the file holds stays: keys of a newer version, and values that are only wrong here.
      const raw = { ...content.raw, ...wanted, ...(change.policy === undefined ? {} : { policy: mergePolicy(content.raw['policy'], pickSettings(content.raw).settings.policy, change.policy) }) }
      try {
        file.write(raw)
      } catch (error) {
        throw new NotPossible(`The change was not saved: ${file.path} cannot be written because ${fileErrorWords(error)}. What was saved before is still there.`)
      }
      known = raw
      values = pickSettings(raw).settings
      return values
    },
  }
}

/** Key by key, so that one bad value costs only itself. */
function pickSettings(raw: Record<string, unknown>): { settings: Settings; bad: string[] } {
  const settings: Record<string, unknown> = { ...defaultSettings }
  const bad: string[] = []
  for (const [key, schema] of Object.entries(settingsSchema.shape) as [string, z.ZodType][]) {
    if (!Object.hasOwn(raw, key)) continue
    if (key === 'policy') {
      const policy = pickPolicy(raw[key])
      settings[key] = policy.values
      bad.push(...policy.bad)
      continue
    }
    const parsed = schema.safeParse(raw[key])
    if (parsed.success) settings[key] = parsed.data
    else bad.push(key)
  }
  return { settings: settings as Settings, bad }
}

/** One bad value costs only itself. But a rule that cannot be read may have been "never this card": then nothing is started or stopped by itself. */
function pickPolicy(raw: unknown): { values: PolicySettings; bad: string[] } {
  if (!isRecord(raw)) return { values: { ...defaultPolicySettings, isOn: false }, bad: ['policy'] }
  const values: Record<string, unknown> = { ...defaultPolicySettings }
  const bad: string[] = []
  for (const [key, schema] of Object.entries(policySettingsSchema.shape) as [string, z.ZodType][]) {
    if (!Object.hasOwn(raw, key)) continue
    const parsed = schema.safeParse(raw[key])
    if (parsed.success) values[key] = parsed.data
    else bad.push(`policy.${key}`)
  }
  return { values: { ...(values as PolicySettings), ...(bad.length > 0 ? { isOn: false } : {}) }, bad }
}

/** What was not changed stays as the file has it: keys of a newer version, and values that are only wrong here. */
function mergePolicy(raw: unknown, before: PolicySettings, wanted: PolicySettings): Record<string, unknown> {
  const changed = Object.entries(wanted).filter(([key, value]) => !isDeepStrictEqual(value, before[key as keyof PolicySettings]))
  return { ...(isRecord(raw) ? raw : {}), ...Object.fromEntries(changed) }
}

function isRecord(raw: unknown): raw is Record<string, unknown> {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw)
}
