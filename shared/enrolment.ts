/** Enrolment: what setting a programme up does, step by step, what was agreed to, and how it is undone. */
import { z } from 'zod'
import type { CheckRecord } from './preflight.ts'
import type { Source } from './network.ts'

/** Something the user should know before; `severity: 'danger'`: it may destroy work or cost money. */
export interface Trap {
  id: string
  severity: 'note' | 'warning' | 'danger'
  sentence: string
  source: Source
}

/** Everything a step does to the machine, said before it does it. Empty lists mean: none. */
export interface StepEffects {
  files: string[]
  folders: string[]
  /** "none", "your own", "administrator", "the Docker socket: root in effect". */
  rights: string[]
  /** "TCP 8443 inward". */
  ports: string[]
  image: string | null
  /** null: not published. */
  downloadBytes: number | null
  diskBytes: number | null
  /** Pinned SHA-256, or that the publisher gives none and the first one is remembered. null: nothing is downloaded. */
  hash: string | null
  otherSoftware: string[]
  /** Cost and lock-up. */
  costs: string[]
}

export type StepPhase =
  /** Not its turn yet, or not begun. */
  | 'open'
  /** Waits for the user: consent, an answer, something on a website. */
  | 'waits-for-you'
  | 'doing'
  | 'verifying'
  | 'done'
  /** Was already so before Idlewatt did anything: not undone by it. */
  | 'found-done'
  | 'failed'
  | 'blocked'
  /** Does not concern this machine; `because` says why. */
  | 'left-out'
  | 'undoing'
  | 'undone'
  | 'undo-failed'

export interface StepField {
  id: string
  label: string
  /** `secret`: kept in the key store and never shown again; `path`: a file of this machine. */
  kind: 'text' | 'address' | 'path' | 'secret' | 'choice'
  hint: string
  placeholder: string | null
  choices: { value: string; label: string }[]
  isRequired: boolean
}

export interface StepState {
  id: string
  title: string
  /** Where it happens. */
  where: 'here' | 'website' | 'by-hand'
  what: string
  publisher: { name: string; url: string } | null
  /** The exact words that are run, one entry a word; null: nothing is run. */
  command: string[] | null
  /** Set in its environment, "NAME=value"; a secret's value is never shown. Left out: nothing. */
  environment?: string[]
  /** What the user runs himself, shown to copy. */
  byHand: string | null
  /** On a website: what to do there. */
  todo: string[]
  url: string | null
  /** How Idlewatt notices that it is done. */
  noticedBy: string
  effects: StepEffects
  traps: Trap[]
  undo: string
  /** What stays after that. */
  remains: string[]
  fields: StepField[]
  /** Answers given, without secrets. */
  answers: Record<string, string>
  /** Of secret fields: since when each is stored. */
  storedSince: Record<string, number>
  source: Source
  phase: StepPhase
  because: string | null
  remedy: string | null
  /** Of a download: how far. null: nothing is under way, or the size is not known. */
  progress: { doneBytes: number; totalBytes: number | null } | null
  startedAt: number | null
  endedAt: number | null
  can: { do: boolean; retry: boolean; cancel: boolean; undo: boolean; confirm: boolean }
}

export type EnrolmentPhase = 'not-begun' | 'checking' | 'consent' | 'setting-up' | 'set-up' | 'leaving' | 'left'

/** What a window shows of one programme's enrolment. */
export interface EnrolmentState {
  programmeId: string
  phase: EnrolmentPhase
  /** What the user agreed to: when, and the hash of the very text. null: nothing yet. */
  consent: { at: number; reportHash: string } | null
  steps: StepState[]
  /** What stands in the way now, in one sentence; null: nothing. */
  blocked: string | null
  startedAt: number | null
  setUpAt: number | null
  /** After leaving: what stays, and what is left to the user. Left out: nothing was left yet. */
  remains?: string[]
}

/** `enrol --dry-run`: all of it, before anything is done. */
export interface EnrolmentReport {
  programmeId: string
  title: string
  networkTitle: string
  madeAt: number
  /** Changes with every word of it; consent is to this. */
  hash: string
  summary: string
  checks: CheckRecord[]
  steps: StepState[]
  traps: Trap[]
  capital: { asset: string; amount: number | null; lockDays: number | null; slashable: boolean | null; why: string }[]
  duties: { title: string; sentence: string }[]
  /** The undo, in order, and what remains. */
  leaving: { step: string; undo: string; remains: string[] }[]
  /** Containers of others on the same Docker, where a step may hurt them. */
  strangers: { id: string; name: string; image: string; state: string }[]
  blocked: string | null
}

const programmeId = z.string().min(1).max(100)
export const stepRefSchema = z.object({ programmeId, stepId: z.string().min(1).max(100) }).strict()
export const stepAnswerSchema = stepRefSchema.extend({ values: z.record(z.string().max(100), z.string().max(4000)) }).strict()
export const consentSchema = z.object({ programmeId, reportHash: z.string().min(1).max(200) }).strict()

/** Why a download failed: three diagnoses that must not be mixed up, and others. */
export type DownloadFault = 'timed-out' | 'cut' | 'swapped' | 'redirected' | 'empty' | 'too-large' | 'disk-full' | 'not-found' | 'refused' | 'antivirus' | 'missing' | 'cancelled' | 'no-network' | 'bad-address'

/** A file that was downloaded before: a new hash for the same version stops everything. */
export interface KnownDownload {
  /** `<programme>/<file>@<version>`. */
  key: string
  sha256: string
  bytes: number
  firstSeenAt: number
  /** Where it lies now; null: removed by us. */
  path: string | null
}
