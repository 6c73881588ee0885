/** Stretches of time: in order, not empty, without overlaps. Pure. */
export interface Span {
  from: number
  to: number
}

/** The first that ends after a moment; its length: none does. */
export function firstAfter(spans: readonly Span[], at: number): number {
  let [low, high] = [0, spans.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((spans[middle] as Span).to > at) high = middle
    else low = middle + 1
  }
  return low
}

/** Adds at the end, joined to the last where they touch. */
export function push(spans: Span[], from: number, to: number): void {
  if (to <= from) return
  const last = spans.at(-1)
  if (last && last.to >= from) last.to = Math.max(last.to, to)
  else spans.push({ from, to })
}

export function inBoth(one: readonly Span[], other: readonly Span[]): Span[] {
  const found: Span[] = []
  for (let i = 0, j = 0; i < one.length && j < other.length; ) {
    const [a, b] = [one[i] as Span, other[j] as Span]
    push(found, Math.max(a.from, b.from), Math.min(a.to, b.to))
    if (a.to < b.to) i += 1
    else j += 1
  }
  return found
}

export function without(spans: readonly Span[], taken: readonly Span[]): Span[] {
  const left: Span[] = []
  let j = 0
  for (const { from, to } of spans) {
    let at = from
    while (j < taken.length && (taken[j] as Span).to <= at) j += 1
    for (let k = j; k < taken.length && (taken[k] as Span).from < to; k += 1) {
      push(left, at, Math.min((taken[k] as Span).from, to))
      at = Math.max(at, (taken[k] as Span).to)
    }
    push(left, at, to)
  }
  return left
}

export function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { from, to }) => sum + (to - from), 0)
}

/** What is left of a stretch after its first `ms`, where time in `frozen` does not pass. */
export function afterFirst({ from, to }: Span, ms: number, frozen: readonly Span[]): Span[] {
  const open = without([{ from, to }], frozen)
  let left = ms
  return open.flatMap((span) => {
    const taken = Math.min(left, span.to - span.from)
    left -= taken
    return span.from + taken < span.to ? [{ from: span.from + taken, to: span.to }] : []
  })
}
