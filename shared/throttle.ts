/** What vendors' throttle reasons mean, by their names: heat, power, a brake from outside, or nothing to worry about. Pure. */

/**
 * `none`: the card is idle or runs at the clocks it was told to. `heat`, `hard-heat`: too warm (the latter: the hardware
 * itself stepped in). `power`: at its limit of power, current or voltage, which is how cards are run. `brake`: the power supply or the board asks.
 */
export type ThrottleKind = 'none' | 'heat' | 'hard-heat' | 'power' | 'brake' | 'other'

/** In this order, since "vr_thermalert" is heat and "hw_power_brake_slowdown" is a brake. */
const kinds: [ThrottleKind, RegExp][] = [
  ['none', /idle|^none$|application.*clock|clocks?_setting|sync_?boost|user_defined/i],
  ['brake', /brake|prochot/i],
  ['hard-heat', /^hw_thermal|hardware thermal/i],
  ['heat', /therm|temp|\bhot|hotspot|vr_?hot|ratl|tjmax/i],
  ['power', /power|ppt|\btdp|\btdc|\bedc|\bedp|(^|_)pl[1-4]\b|current|(^|_)(tdc|edc|iccmax|fastvmode|psys|spl|ppm|apcc|fit)|board_limit|reliability/i],
]

export function throttleKind(reason: string): ThrottleKind {
  return kinds.find(([, pattern]) => pattern.test(reason))?.[0] ?? 'other'
}

/** Those that slow the card down. */
export function realReasons(reasons: readonly string[]): string[] {
  return reasons.filter((reason) => throttleKind(reason) !== 'none')
}

/** "hw thermal slowdown". */
export function reasonWords(reason: string): string {
  return reason.replace(/^reason_/, '').replaceAll('_', ' ')
}
