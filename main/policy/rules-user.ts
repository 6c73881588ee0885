/** Rules for the user's sake: what they said, and what they do at the machine and on its cards. */
import type { Holding, Look, Rule, Verdict } from './rule-types.ts'
import { clear, holds, stopsForUser, unknown } from './rule-verdicts.ts'
import { plainName } from '../system/desktop-programs.ts'
import { untilMode } from './rule-mode.ts'
import { orNewer } from './rule-newest.ts'
import { notKnown } from './rules-power.ts'
import { clockText, lengthText } from './words.ts'

/** A way to tell that falls silent for a moment does not end what runs. */
const untoldMs = 15_000
/** So long a card must have been quiet where nothing tells whether somebody is there. */
export const quietCardMs = 10 * 60_000
const quietProcessor = 0.25

export const saidRules: Rule[] = [
  {
    id: 'paused',
    title: 'Not paused',
    canOverride: false,
    judge(look) {
      const { override, scene } = look
      if (override?.kind !== 'pause') return clear('Nothing is paused.')
      const until = override.until === null ? 'until you resume' : `until ${clockText(override.until, scene.inputs.zone, scene.at)}`
      const what = override.programmeId !== null ? look.programme.title : override.gpuId !== null ? (look.card?.card.name ?? 'this card') : 'everything'
      const isOff = !scene.inputs.settings.isOn
      const after = isOff ? ' Idlewatt does not decide by itself when software runs, so nothing is started after that.' : ''
      return stopsForUser(look, { isFinal: isOff, sentence: `You paused ${what} ${until}.${after}`, evidence: [`asked for at ${clockText(override.since, scene.inputs.zone, scene.at)}`], untilMs: override.until, untilWords: override.until === null ? 'until you resume it' : until })
    },
  },
  {
    id: 'card-never',
    title: 'You allow it on this card',
    canOverride: false,
    judge(look) {
      const policy = look.card?.policy ?? null
      const name = look.card?.card.name ?? 'This card'
      if (policy?.may === 'never') return stopsForUser(look, { sentence: `${name} never works, as you set it.`, untilWords: 'until you change it' })
      if (policy !== null && policy.programmes !== null && !policy.programmes.includes(look.programme.programmeId)) return stopsForUser(look, { sentence: `${look.programme.title} may not have ${name}, as you set it.`, untilWords: 'until you change it' })
      return clear('You allow it.')
    },
  },
  {
    id: 'run-now',
    title: 'You asked for it to run now',
    canOverride: false,
    judge({ override, scene }) {
      if (override?.kind !== 'run-now') return clear('You did not ask for that.')
      const until = override.until === null ? 'until you stop it' : `until ${clockText(override.until, scene.inputs.zone, scene.at)}`
      return holds('run', { sentence: `You asked for it to run ${until}.`, evidence: [`asked for at ${clockText(override.since, scene.inputs.zone, scene.at)}`], untilMs: override.until, untilWords: until }, false)
    },
  },
]

export const userRules: Rule[] = [
  {
    id: 'busy',
    title: 'No program of yours uses the card',
    canOverride: true,
    breaks: 'quiet',
    judge(look) {
      if (look.card === null) return clear('It uses no card.')
      const { inTheWay, isBusyUnknown } = look.card
      if (inTheWay === null && !isBusyUnknown) return orNewer(look, 'busy', clear('No program of yours uses the card.'))
      if (inTheWay === null) return orNewer(look, 'busy', cameMeanwhile(look) ?? unknown('Other programs are on the card, and nothing tells what they do there.'))
      const { program, sentence, evidence } = inTheWay
      const name = program?.name ?? 'that program'
      return orNewer(look, 'busy', stopsForUser(look, { sentence, evidence, ...(program === null ? {} : { program }), untilWords: `until ${name} ends or uses less, and 1 min of calm` }))
    },
  },
  {
    id: 'full-screen',
    title: 'Nothing fills the screen',
    canOverride: true,
    breaks: 'quiet',
    judge: (look) => orNewer(look, 'full-screen', fullScreenOf(look)),
  },
  {
    id: 'game-mode',
    title: 'No game has asked for the machine',
    canOverride: true,
    breaks: 'quiet',
    judge: (look) => orNewer(look, 'game-mode', gameModeOf(look)),
  },
  {
    id: 'user-here',
    title: 'Nobody is at the machine',
    canOverride: true,
    breaks: 'away',
    judge(look) {
      const { presence, at } = look.scene
      const spared = whyNobodyMatters(look)
      if (spared !== null) return clear(spared)
      if (presence.is !== 'here') return presence.is === 'away' ? clear(presence.sentence) : unknown(presence.sentence)
      const inWords = lengthText(presence.awayInMs)
      return stopsForUser(look, { sentence: presence.sentence, evidence: [...presence.evidence, `it runs while nobody is there: ${look.modeBy}`], untilMs: at + presence.awayInMs, untilWords: `in ${inWords}, if keyboard and mouse stay still` })
    },
  },
  {
    id: 'idle-unknown',
    title: 'It can be told whether somebody is there',
    canOverride: true,
    breaks: 'away',
    judge(look) {
      const { presence, inputs } = look.scene
      const since = look.scene.heldSince('untold', presence.is === 'unknown')
      const spared = whyNobodyMatters(look)
      if (spared !== null) return clear(spared)
      if (presence.is !== 'unknown' || since === null) return clear('It can be told.')
      return inputs.settings.whenIdleUnknown === 'wait' ? waitsForIdle(look, since.steady) : byLoad(look)
    },
  },
]

function fullScreenOf(look: Look): Verdict {
  const { machine, settings } = look.scene.inputs
  const { fullScreen, isLocked } = machine
  if (!settings.countsFullScreen) return clear('It does not count, as you set it.')
  if (fullScreen.value === null) return unknown(notKnown('Whether a program fills the screen', fullScreen))
  if (fullScreen.value === false) return clear('No program fills the screen.')
  const name = fullScreen.value
  if (isSpared(look)) return clear('A program fills the screen, and this card drives none.')
  if (settings.countsLock && isLocked.value === true) return clear('A program fills the screen, and the screen is locked.')
  if (name !== '' && settings.ignoredPrograms.some((ignored) => plainName(ignored) === plainName(name))) return clear(`${name} fills the screen, and does not count, as you set it.`)
  const pid = look.card?.card.programs.find((program) => plainName(program.name) === plainName(name))?.pid ?? 0
  return stopsForUser(look, {
    sentence: `${name === '' ? 'A program' : name} fills the screen.`,
    evidence: [`full screen: ${name === '' ? 'a program that is not named' : name} (${fullScreen.how})`],
    ...(name === '' ? {} : { program: { pid, name } }),
    untilWords: 'until it leaves the full screen, and 1 min of calm',
  })
}

function gameModeOf(look: Look): Verdict {
  const { machine, settings } = look.scene.inputs
  if (!settings.countsGameMode) return clear('It does not count, as you set it.')
  if (machine.gameMode.value === null) return unknown(notKnown('Whether a game has asked for the machine', machine.gameMode))
  if (!machine.gameMode.value) return clear('No game has asked for the machine.')
  if (isSpared(look)) return clear('A game has asked for the machine, and this card drives no screen.')
  return stopsForUser(look, { sentence: 'A game has asked for the whole machine (GameMode).', evidence: [`told by ${machine.gameMode.how}`], untilWords: 'until the game ends, and 1 min of calm' })
}

/** Nothing tells what a program does, nor whether somebody is there: one that comes after our own software is taken for the user's. */
function cameMeanwhile(look: Look): Verdict | null {
  const { card, isUp, startedSteady, scene, programme } = look
  if (card === null || !isUp || startedSteady === null || scene.presence.is !== 'unknown' || whyNobodyMatters(look) !== null) return null
  const ranSince = scene.at - (scene.steadyMs - startedSteady)
  const newcomer = card.card.programs.find(({ whose, confidence, utilisation, startedAt }) => whose === 'stranger' && confidence !== 'low' && utilisation === null && startedAt !== null && startedAt > ranSince)
  if (newcomer === undefined) return null
  const { pid, name } = newcomer
  return stopsForUser(look, {
    sentence: `${name} came onto ${card.card.name} while ${programme.title} ran, and nothing tells what it does there or whether somebody is there.`,
    evidence: [`${name} (process ${pid}): no figures; ${newcomer.why}`, ...scene.presence.evidence],
    program: { pid, name },
    untilWords: `until ${name} ends, or ${card.card.name} has been quiet for 10 min`,
  })
}

/** A card without a screen may work beside somebody, except for software that takes the whole machine. */
export function isSpared({ card, programme }: Look): boolean {
  return card !== null && card.isSpare && programme.demands.exclusive !== 'machine'
}

function whyNobodyMatters(look: Look): string | null {
  if (look.mode === 'always') return 'It may also run while somebody is there.'
  if (look.mode === 'never') return 'It may not run now, whoever is there.'
  return isSpared(look) ? 'The card drives no screen: it may work while somebody is there.' : null
}

function waitsForIdle(look: Look, untoldSteady: number): Verdict {
  const { presence, steadyMs } = look.scene
  const leftMs = untoldSteady + untoldMs - steadyMs
  if (look.isUp && leftMs > 0) {
    look.scene.wakeIn(leftMs)
    return unknown(presence.sentence)
  }
  return stopsForUser(look, { sentence: `${presence.sentence} You set it to wait then.`, evidence: presence.evidence, untilWords: untilMode(look.modeUntil, look.scene.inputs.zone, look.scene.at) })
}

/** What runs goes on until a program of the user's is in the way; a start waits for a card that has long been quiet. */
function byLoad(look: Look): Verdict {
  const { scene, card } = look
  const { settings, machine } = scene.inputs
  const { presence } = scene
  if (look.isUp) return unknown(`${presence.sentence} It is judged by what others use of the card.`)
  const load = card === null ? machine.processorLoad.value : card.card.utilisation
  const isKnown = load !== null && Number.isFinite(load)
  const most = card === null ? quietProcessor : settings.busyFrom
  const isQuiet = isKnown && load < most && card?.inTheWay == null
  const since = scene.heldSince(`calm|${look.gpuId ?? ''}`, isQuiet)
  const what = card === null ? 'the processor' : card.card.name
  const said = { evidence: [...presence.evidence, isKnown ? `${what}: ${Math.round(load * 100)} % in use` : `what others use of ${what} is not known`] }
  if (since === null) return wait(look, { ...said, sentence: isKnown ? `${presence.sentence} ${what.charAt(0).toUpperCase()}${what.slice(1)} is in use.` : `${presence.sentence} What others use of ${what} is not told either.`, untilWords: `until ${what} has been quiet for 10 min` })
  const leftMs = since.steady + quietCardMs - scene.steadyMs
  if (leftMs <= 0) return unknown(`${presence.sentence} It is judged by load: ${what} has been quiet for 10 min.`)
  scene.wakeIn(leftMs)
  return wait(look, { ...said, sentence: `${presence.sentence} It is judged by load: ${what} has to be quiet for 10 min first.`, untilMs: scene.at + leftMs, untilWords: `in ${lengthText(leftMs)}, if ${what} stays quiet` })
}

function wait(look: Look, said: { sentence: string; evidence: string[]; untilWords: string; untilMs?: number }): Holding {
  return stopsForUser(look, said)
}
