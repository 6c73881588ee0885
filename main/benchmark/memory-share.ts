/** How much of a card's memory a test may take, and what it leaves alone. Pure. */

const mebibyte = 1_048_576
/** The issue's own bound: the last 512 MB of a card that drives a display are never touched. */
export const displayBytes = 512 * mebibyte
/** The driver's own tables, and what another program asks for in the meantime. */
export const driverBytes = 192 * mebibyte

export interface MemoryShare {
  totalBytes: number
  freeBytes: number | null
  leaveBytes: number
  leaveWhy: string
}

/**
 * `drivesDisplay` null: not known, which is taken as yes. `known` null: the device is no card. `isFresh`: the free bytes were read
 * after the card was opened for the test; the driver's own share of it is not in older ones.
 */
export function leftAlone(drivesDisplay: boolean | null, known: { totalBytes: number | null; freeBytes: number | null; isFresh: boolean } | null = null): Pick<MemoryShare, 'leaveBytes' | 'leaveWhy'> {
  const why = drivesDisplay === false ? 'for the driver' : drivesDisplay === true ? 'for the screen' : 'for a screen that may be attached'
  const usual = drivesDisplay === false ? driverBytes : displayBytes
  if (known && known.freeBytes === null && known.totalBytes !== null && drivesDisplay !== false && known.totalBytes / 4 > usual) {
    return { leaveBytes: Math.ceil(known.totalBytes / 4), leaveWhy: 'a quarter of it, because nothing says how much of it the screen and other programs use' }
  }
  const isOld = known !== null && known.freeBytes !== null && !known.isFresh
  const leaveBytes = usual + (isOld ? displayBytes : 0)
  return { leaveBytes, leaveWhy: `${leaveBytes / mebibyte} MB ${why}${isOld ? ', and for what the driver has taken since the free memory was read' : ''}` }
}

/**
 * `totalBytes` is what the driver's other interface says, `statedBytes` what OpenCL says: a device that lies about one
 * of them is believed the smaller. A device that shares the machine's memory is given half of what is free there.
 */
export function memoryShare(given: {
  totalBytes: number | null
  statedBytes: number
  freeBytes: number | null
  leaveBytes: number
  leaveWhy: string
  sharesMemory: boolean
  machineTotalBytes: number
  machineFreeBytes: number
}): MemoryShare {
  const told = [given.totalBytes, given.statedBytes].filter((bytes): bytes is number => bytes !== null && bytes > 0)
  if (given.sharesMemory) {
    const totalBytes = Math.min(...told, given.machineTotalBytes)
    const freeBytes = Math.min(given.machineFreeBytes, totalBytes)
    return { totalBytes, freeBytes, leaveBytes: Math.max(given.leaveBytes, Math.ceil(freeBytes / 2)), leaveWhy: 'half of what is free, because the device shares this machine’s memory with every other program' }
  }
  const totalBytes = told.length === 0 ? 0 : Math.min(...told)
  return { totalBytes, freeBytes: given.freeBytes === null ? null : Math.min(given.freeBytes, totalBytes), leaveBytes: given.leaveBytes, leaveWhy: given.leaveWhy }
}
