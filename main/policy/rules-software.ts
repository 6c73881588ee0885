/** Rules about the software itself: whether it is set up, wanted, and can be started by Idlewatt at all. */
import type { Rule } from './rule-types.ts'
import { clear, holds } from './rule-verdicts.ts'

export const softwareRules: Rule[] = [
  {
    id: 'not-set-up',
    title: 'It is set up',
    canOverride: false,
    judge: ({ programme, isUp }) =>
      programme.isSetUp
        ? clear('It is set up.')
        : isUp
          ? holds('run', { sentence: `${programme.title} runs, though Idlewatt has not set it up: it is left as it is.`, untilWords: 'until it ends', isWeak: true }, false)
          : holds('wait', { sentence: `${programme.title} is not set up on this machine.`, untilWords: 'until you set it up', isFinal: true }, false),
  },
  {
    id: 'observed',
    title: 'Idlewatt starts and stops it',
    canOverride: false,
    judge({ programme, isUp }) {
      if (programme.kind !== 'observed') return clear('Idlewatt starts and stops it.')
      const sentence = `Idlewatt only looks at ${programme.title}: it is started and stopped in its own program.`
      return isUp ? holds('run', { sentence, untilWords: 'until you stop it there', isWeak: true }, false) : holds('wait', { sentence, untilWords: 'until you start it there', isFinal: true }, false)
    },
  },
  {
    id: 'not-armed',
    title: 'You want it to run',
    canOverride: false,
    judge({ programme, policy, isUp, isLeaving }) {
      if (policy.isArmed || programme.kind === 'observed') return clear('You started it: it may run whenever nothing is in the way.')
      if (programme.phase === 'finishing') return holds('finish', { sentence: `${programme.title} is finishing its work, and is not started again by itself.`, untilWords: 'until its work is done', isWeak: true }, false)
      if (isUp) return holds('run', { sentence: `${programme.title} runs, and is not started again by itself once it ends.`, untilWords: 'until it ends', isWeak: true }, false)
      const sentence = isLeaving ? `${programme.title} is being stopped, and is not started again by itself.` : `${programme.title} does not run: it was not started, or you stopped it.`
      return holds('wait', { sentence, untilWords: 'until you start it', isFinal: true }, false)
    },
  },
  {
    id: 'policy-off',
    title: 'Idlewatt decides',
    canOverride: false,
    judge({ scene, override, isUp }) {
      if (scene.inputs.settings.isOn) return clear('Idlewatt starts and stops provider software by itself.')
      // "I need my GPU" is said by the user and not decided by anybody.
      if (override?.kind === 'pause') return clear('You switched that off; your pause holds all the same.')
      return holds(isUp ? 'run' : 'wait', { sentence: 'Idlewatt does not decide by itself when software runs: you switched that off.', untilWords: 'until you switch it on', isFinal: true }, false)
    },
  },
  {
    id: 'cannot-start',
    title: 'It can be started',
    canOverride: false,
    judge({ programme, isUp, isLeaving }) {
      if (programme.cannotStart === null || isUp || isLeaving) return clear('Nothing is known that would keep it from starting.')
      return holds('wait', { sentence: `${programme.title} cannot be started: ${programme.cannotStart}`, untilWords: 'until that is put right' }, false)
    },
  },
]
