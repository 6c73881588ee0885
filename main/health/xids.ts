/** How grave NVIDIA's Xid numbers are, and what to do: after its catalogue (docs.nvidia.com/deploy/xid-errors, read 2026-11). Pure. */
import type { AlertSeverity } from '../../shared/health.ts'

/** A program did something wrong, or was ended: the card itself is well. */
const byProgram = new Set([8, 13, 31, 43, 45, 68, 69, 121, 137, 155])
/** The card, its memory, its link or its firmware fails: it needs a reset at least. */
const grave = new Set([46, 48, 54, 61, 62, 64, 74, 79, 95, 119, 120, 140, 143, 157, 158, 161, 171, 172])

export function xidSeverity(code: number): AlertSeverity {
  if (byProgram.has(code)) return 'info'
  return grave.has(code) ? 'critical' : 'warning'
}

export function xidRemedy(code: number): string {
  if (byProgram.has(code)) return 'It comes from a program that uses the card far more often than from the card. If it comes back with other programs too, take off any overclocking and test the card’s memory.'
  if (code === 79) return 'The card no longer answers on its slot. Switch the computer off and on. Check the power cables, the riser and the slot; take off any overclocking. If it happens again, try the card in another computer.'
  if (code === 54) return 'Switch the computer off and look at the card’s power cables: each must sit tight, and each should have a line of its own from the power supply.'
  if (code === 48 || code === 95 || code === 140 || code === 171 || code === 172) return 'Memory of the card gave wrong data that could not be corrected: results of that time may be wrong. Restart the work and reset the card (restart the computer). If it happens again, have the card replaced.'
  if (code === 63 || code === 156 || code === 160) return 'The card replaces a bad part of its memory. Restart the computer when it suits, so that the replacement takes effect.'
  if (code === 64 || code === 92 || code === 157 || code === 161) return 'The card’s memory wears out. Restart the computer; if it comes back, have the card replaced.'
  if (code === 94) return 'A memory error was kept to one program. Restart that program; restart the computer when it suits.'
  if (code === 74 || (code >= 144 && code <= 150)) return 'A link between cards failed. Restart the computer, and check that the NVLink bridge sits tight.'
  if (code === 154) return 'The driver asks for a reset of the card or a restart of the computer before it can be used again.'
  if (code === 119 || code === 120) return 'The firmware in the card stopped answering. Restart the computer; if it comes back, try another version of the driver.'
  if (grave.has(code)) return 'Reset the card: restart the computer. If it comes back, check power and cooling, try another version of the driver, and then have the card looked at.'
  return 'Look the number up in NVIDIA’s catalogue of Xid errors. If it comes back, restart the computer and try another version of the driver.'
}
