/** The hours of a week with a price each: setting some of them, and how they are told. Pure. */

export const dayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const
const hoursPerDay = 24

/** Every hour at one price. */
export function evenWeek(price: number): number[] {
  return Array.from({ length: dayNames.length * hoursPerDay }, () => price)
}

/** `days`: 0 is Monday. [from, to) in hours; to before from: over midnight into the next day. */
export function setHours(week: readonly number[], days: readonly number[], from: number, to: number, price: number): number[] {
  const next = [...week]
  const length = to > from ? to - from : to + hoursPerDay - from
  for (const day of days) {
    for (let i = 0; i < length; i += 1) next[(day * hoursPerDay + from + i) % next.length] = price
  }
  return next
}

/** 0 for the cheapest hour to 1 for the dearest; 0 where all are the same. */
export function levelOf(price: number, week: readonly number[]): number {
  const least = Math.min(...week)
  const most = Math.max(...week)
  return most > least ? (price - least) / (most - least) : 0
}

/** Stretches of one price in a day: "00–06 0.21, 06–24 0.34". */
export function stretchesOf(week: readonly number[], day: number): { from: number; to: number; price: number }[] {
  const found: { from: number; to: number; price: number }[] = []
  for (let hour = 0; hour < hoursPerDay; hour += 1) {
    const price = week[day * hoursPerDay + hour] ?? 0
    const last = found.at(-1)
    if (last?.price === price) last.to = hour + 1
    else found.push({ from: hour, to: hour + 1, price })
  }
  return found
}
