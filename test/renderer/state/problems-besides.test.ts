/** What is said of the whole machine is not said again of each card. */
import { expect, test } from 'vitest'
import { problemsBesides } from '../../../renderer/state/gpu-slots.ts'

test('a card keeps only the problems that the machine does not have already', () => {
  const silent = { id: 'driver-not-answering' }
  const hot = { id: 'gpu-lost' }
  expect(problemsBesides([silent, hot], [silent])).toEqual([hot])
  expect(problemsBesides([silent, hot], [])).toEqual([silent, hot])
})
