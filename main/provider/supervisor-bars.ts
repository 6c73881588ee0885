/** What keeps software from being started though nothing is wrong with it: told apart by whether it may pass, and looked at again. */
import { hasImagePrefix } from '../system/docker-engine.ts'
import type { SupervisorOptions } from './supervisor-layers.ts'
import { startFault } from './supervisor-spawn.ts'

/** `never`: the user has to act. */
export interface Bar {
  sentence: string
  passes: 'by-itself' | 'with-docker' | 'never'
}

type Asked = Pick<SupervisorOptions, 'entry' | 'docker' | 'beforeStart' | 'notNow'>

/** null: nothing is in the way. Rejects where it could not be looked. */
export async function barOf(options: Asked): Promise<Bar | null> {
  const { docker } = options
  const { containers, ownContainer } = options.entry.definition
  const notNow = options.notNow?.() ?? null
  if (notNow !== null) return { sentence: notNow, passes: 'by-itself' }
  const first = (await options.beforeStart?.()) ?? null
  if (first === null) return null
  // Only software that may remove containers of others is kept from them.
  if (docker === null || containers === null || ownContainer !== undefined) return { sentence: first, passes: 'never' }
  try {
    const there = await docker.containers()
    if (there.some(({ image }) => !hasImagePrefix(image, containers.imagePrefix))) return { sentence: first, passes: 'by-itself' }
  } catch (error) {
    const { sentence, isEngineLost } = startFault(error)
    return { sentence: isEngineLost ? sentence : first, passes: isEngineLost ? 'with-docker' : 'never' }
  }
  // Docker or a container may have been in the way a moment ago.
  const second = (await options.beforeStart?.()) ?? null
  return second === null ? null : { sentence: second, passes: 'never' }
}

export interface Bars {
  /** After every change of status. */
  set(isBarred: boolean): void
  look(): void
  close(): void
}

/** A container that ends is removed a moment later. */
const goneSettlesMs = 1000

/** Looks again when it is told to, and when a container of anybody's is removed. */
export function createBars(options: Asked & Pick<SupervisorOptions, 'clock' | 'keepsWatch'> & { onBar(bar: Bar | null): void }): Bars {
  let endHearing: (() => void) | null = null
  let cancelLook: (() => void) | null = null
  let looking: Promise<void> | null = null
  let isClosed = false

  function look(): void {
    cancelLook?.()
    cancelLook = null
    // Where it cannot be looked, the start itself says why.
    looking ??= barOf(options)
      .catch(() => null)
      .then((bar) => {
        looking = null
        if (!isClosed) options.onBar(bar)
      })
  }
  function unhear(): void {
    endHearing?.()
    endHearing = null
    cancelLook?.()
    cancelLook = null
  }

  return {
    set(isBarred) {
      if (!isBarred || isClosed) return unhear()
      if (!options.keepsWatch) return
      endHearing ??= options.docker?.watch((event) => {
        if (event.kind === 'container' && event.what === 'destroy') cancelLook ??= options.clock.after(goneSettlesMs, look)
      }) ?? null
    },
    look,
    close() {
      isClosed = true
      unhear()
    },
  }
}
