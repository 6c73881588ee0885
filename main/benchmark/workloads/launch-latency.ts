/** Launch latency: how long a kernel waits between being handed over and beginning. */
import type { Candidate, OpenClWorkload, Prepared } from './workload.ts'
import type { OpenDevice } from '../open-device.ts'

export const launchLatency: OpenClWorkload = {
  id: 'launch-latency',
  title: 'launch latency',
  unit: 'µs',
  perUnit: 1e6,
  better: 'lower',
  api: 'opencl',
  modes: ['full'],
  // A few microseconds, in a machine that does other things too.
  wantedSpread: 0.1,
  notOffered: () => null,
  calibrates: 'Single launches, each waited for before the next, are repeated for 50 to 200 ms; their mean is one run. Two ways of waiting are tried, the faster is kept.',
  measures: "Time from a kernel being queued to its start on an idle device, by the driver's own clock; where the driver has none, the time until the kernel is known to have ended.",
  counts: 'One launch of one work-item at a time; setting its arguments as none.',
  invalidWhen: ['the kernel did not run', 'the machine was busy so that the runs do not agree'],
  kernelFile: 'launch-latency.cl',
  expected: () => null,
  candidates: (device, kernelText): Candidate[] => [
    { label: 'waiting for the end', prepare: () => prepare(device, kernelText, false) },
    { label: 'asking for the end', prepare: () => prepare(device, kernelText, true) },
  ],
}

async function prepare(device: OpenDevice, kernelText: string, asking: boolean): Promise<Prepared> {
  const program = await device.build(kernelText, '')
  try {
    const kernel = program.kernel('mark')
    const marks = device.allocate(64)
    // New memory may hold the very number of an earlier run.
    device.write(marks, 0, Uint32Array.of(0xffff_ffff))
    let turn = 0
    let stampedSeconds: number | null = null
    return {
      mostSize: 100_000,
      launch(size) {
        turn = (turn + 1) >>> 0
        kernel.setArguments([{ buffer: marks }, { uint: turn }])
        let seconds = 0
        let stamped = 0
        for (let done = 0; done < size; done++) {
          const one = kernel.launchAlone(1, 1, asking)
          if (one === null) continue
          seconds += one
          stamped += 1
        }
        // Now and then a driver leaves a stamp out: the mean of the others stands for all.
        stampedSeconds = stamped > size / 2 ? (seconds / stamped) * size : null
        return Promise.resolve()
      },
      work: (size) => size,
      deviceSeconds: () => stampedSeconds,
      check() {
        const [mark] = device.read(marks, 0, new Uint32Array(1))
        return mark === turn ? null : `the kernel left ${mark} behind where ${turn} is right`
      },
      release() {
        marks.release()
        program.release()
      },
    }
  } catch (error) {
    program.release()
    throw error
  }
}
