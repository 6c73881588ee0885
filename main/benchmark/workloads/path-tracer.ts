/** A small path tracer: rays through a closed box of matt, mirroring and glass spheres, as rendering asks for them. */
import { expectedOf } from '../expected.ts'
import type { DeviceFacts, OpenDevice } from '../open-device.ts'
import { checkImage } from './path-tracer-check.ts'
import { bounces, imageEdge, sceneNumbers, sphereCount } from './path-tracer-scene.ts'
import type { OpenClWorkload, Prepared } from './workload.ts'

const pixels = imageEdge * imageEdge

export const pathTracer: OpenClWorkload = {
  id: 'path-tracer',
  title: 'path tracing',
  unit: 'Mrays/s',
  perUnit: 1e6,
  better: 'higher',
  api: 'opencl',
  modes: ['full'],
  notOffered: () => null,
  calibrates: 'The samples of a pixel are counted up until a launch takes 50 to 200 ms; the fastest group size is kept, then repeated until eight runs in a row agree.',
  measures: `Rays followed to their nearest hit per second: paths of ${bounces} rays through a fixed scene of ${sphereCount} spheres in a lit box, with random numbers of a fixed seed.`,
  counts: 'Each ray of a path as one, also those that meet the lamp; drawing random numbers and shading belong to it.',
  invalidWhen: ['the distances of first hits differ from the paths followed by the processor', 'the brightness of a part of the image is off the reference', 'the card was throttled or shared so that the runs do not agree'],
  kernelFile: 'path-tracer.cl',
  expected: (facts) => expectedOf('path-tracer', facts),
  candidates(device, kernelText) {
    const groupSizes = device.facts.type === 'cpu' ? [16, 64, 1] : [128, 64, 256]
    return groupSizes
      .filter((size) => size <= device.facts.maxGroupSize)
      .map((groupSize) => ({ label: `groups of ${groupSize}`, prepare: () => prepare(device, kernelText, groupSize) }))
  },
}

/** Images that are followed side by side, each with random numbers of its own: a large card wants over a million paths at once. Pure. */
export function imagesAtOnce(facts: DeviceFacts): number {
  const wanted = facts.type === 'cpu' ? 1 : Math.ceil((facts.computeUnits * 8192) / pixels)
  return Math.max(1, Math.min(64, wanted))
}

async function prepare(device: OpenDevice, kernelText: string, groupSize: number): Promise<Prepared> {
  const held: { release(): void }[] = []
  const release = (): void => {
    for (const one of held.splice(0)) one.release()
  }
  try {
    const program = await device.build(kernelText, `-DEDGE=${imageEdge} -DSPHERES=${sphereCount} -DBOUNCES=${bounces}`)
    held.push(program)
    const kernel = program.kernel('trace')
    const items = pixels * imagesAtOnce(device.facts)
    const sums = device.allocate(items * 16)
    held.push(sums)
    const numbers = sceneNumbers()
    const scene = device.allocate(numbers.byteLength)
    held.push(scene)
    device.write(scene, 0, numbers)
    return {
      mostSize: 1_000_000,
      async launch(samples) {
        kernel.setArguments([{ buffer: sums }, { buffer: scene }, { uint: samples }])
        kernel.enqueue(items, Math.min(groupSize, kernel.maxGroupSize))
        await device.finish()
      },
      work: (samples) => items * samples * bounces,
      check: (samples) => checkImage(device.readFloats(sums, 0, items * 4), samples),
      release,
    }
  } catch (error) {
    release()
    throw error
  }
}
