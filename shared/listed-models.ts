/** Finds which card of the GPU table a network means by the name it lists. Pure. */

export interface ListedModel {
  /** Key in `resources/gpus.json`. */
  model: string
  /** As the network may list it. */
  names: string[]
  memoryGib: number | null
}

/** How far a stated memory may lie off the card's own: 80 GB is 74.5 GiB. */
const mostOff = 0.1

/** Asks for the model of a name, and of a memory where it is stated; null: none, or more than one would fit. `fits`: what else has to hold. */
export function createModelFinder<Row extends ListedModel>(rows: readonly Row[]): (name: string, memoryGib: number | null, fits?: (row: Row) => boolean) => string | null {
  let byName: Map<string, Row[]> | null = null
  function rowsNamed(name: string): Row[] {
    if (byName === null) {
      byName = new Map()
      for (const row of rows) for (const listed of row.names) byName.set(listed, [...(byName.get(listed) ?? []), row])
    }
    return byName.get(name) ?? []
  }
  return (name, memoryGib, fits = () => true) => {
    const found = rowsNamed(name).filter((row) => (memoryGib === null || row.memoryGib === null || Math.abs(row.memoryGib - memoryGib) / row.memoryGib <= mostOff) && fits(row))
    return found.length === 1 ? (found[0]?.model ?? null) : null
  }
}
