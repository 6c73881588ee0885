/** What the six workloads share that turn numbers in registers (turning.cl): how they are sized, judged and found invalid. */
import { expectedOf } from '../expected.ts'
import { turningKernel } from './turning.ts'
import type { OpenClWorkload } from './workload.ts'

type Own = Pick<OpenClWorkload, 'id' | 'title' | 'unit' | 'modes' | 'notOffered' | 'measures' | 'counts' | 'invalidWhen' | 'candidates'> & Partial<Pick<OpenClWorkload, 'calibrates'>>

export function arithmeticWorkload(own: Own): OpenClWorkload {
  return {
    calibrates: 'Launches are sized to 50 to 200 ms; the fastest vector width and number of chains are kept, then repeated until eight runs in a row agree.',
    ...own,
    invalidWhen: [...own.invalidWhen, 'the card was throttled or shared so that the runs do not agree'],
    perUnit: 1e9,
    better: 'higher',
    api: 'opencl',
    kernelFile: turningKernel,
    expected: (facts) => expectedOf(own.id, facts),
  }
}
