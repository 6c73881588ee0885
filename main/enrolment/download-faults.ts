/** Why a download failed, each with its own diagnosis and what to do: a time-out, an antivirus program and a missing file must not be mixed up. */
import type { DownloadFault } from '../../shared/enrolment.ts'
import { fileErrorWords, hasCode } from '../system/file-errors.ts'

/** The message and the remedy are for the user. */
export class DownloadFailed extends Error {
  override name = 'DownloadFailed'
  readonly fault: DownloadFault
  readonly remedy: string
  /** What has come of it is of no use for going on. */
  readonly isSpoilt: boolean
  constructor(fault: DownloadFault, message: string, remedy: string, isSpoilt = false) {
    super(message)
    this.fault = fault
    this.remedy = remedy
    this.isSpoilt = isSpoilt
  }
}

const diskFullCodes = ['ENOSPC', 'EDQUOT', 'EFBIG']
/** What a file answers that an antivirus program holds or took away; Windows says "virus infected" as UNKNOWN. */
const takenAwayCodes = ['ENOENT', 'EACCES', 'EPERM', 'EBUSY', 'UNKNOWN']

export function diskFull(folder: string, neededBytes: number | null, freeBytes: number | null): DownloadFailed {
  const figures = neededBytes === null || freeBytes === null ? '' : ` It needs ${sizeText(neededBytes)} and ${sizeText(freeBytes)} are free.`
  return new DownloadFailed('disk-full', `The disk that holds ${folder} is full.${figures}`, 'Free some space on that disk, then try again.')
}

/** A fault of the disk while a file was written. */
export function writeFault(error: unknown, folder: string): DownloadFailed {
  if (hasCode(error, ...diskFullCodes)) return diskFull(folder, null, null)
  return new DownloadFailed('refused', `The file cannot be written into ${folder}: ${fileErrorWords(error)}.`, 'See to it that this user may write there, then try again.')
}

/** A fault of a file that was whole a moment ago. */
export function afterwardsFault(error: unknown, fileName: string, folder: string): DownloadFailed {
  if (hasCode(error, ...takenAwayCodes)) return takenAway(fileName, folder)
  return writeFault(error, folder)
}

export function takenAway(fileName: string, folder: string): DownloadFailed {
  return new DownloadFailed(
    'antivirus',
    `${fileName} had arrived whole and was taken away, or barred, a moment later. Antivirus programs do that.`,
    `Look into the antivirus program's list of what it has put away. If its maker and the publisher of the file say that it is harmless, allow ${folder} there, then try again.`,
  )
}

export function gone(fileName: string, folder: string, since: number): DownloadFailed {
  return new DownloadFailed(
    'missing',
    `${fileName} was downloaded on ${dayText(since)} and is no longer in ${folder}.`,
    'Somebody removed it, or an antivirus program put it away (look into its list). Try the step again to download it anew.',
  )
}

export function changed(fileName: string, folder: string, hashes: { then: string; now: string }): DownloadFailed {
  return new DownloadFailed(
    'swapped',
    `${fileName} in ${folder} is not the file that was downloaded: its SHA-256 was ${hashes.then} and is now ${hashes.now}.`,
    'Do not start it. If the software may have updated itself, its publisher can say so; else try the step again to replace the file.',
  )
}

/** "1.5 GB"; decimal, as disks and lines are measured. */
export function sizeText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : Number(value.toPrecision(2))} ${units[unit]}`
}

/** The day in UTC: "2026-11-23". */
export function dayText(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}
