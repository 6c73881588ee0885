/** Setting the worker up and leaving it, as data. */
import type { EnrolmentDefinition } from '../network.ts'
import { stepsBefore } from './steps-before.ts'
import { stepsStart } from './steps-start.ts'

export const workerEnrolment: EnrolmentDefinition = {
  programmeId: 'io-net/worker',
  summary: 'Customers hire your card by the hour, through containers that io.net’s launcher starts. Those containers can do anything on this machine (root in effect), the launcher may remove every other container of its Docker, and a stake is locked: 14 days and more to get it back.',
  steps: [...stepsBefore, ...stepsStart],
}
