/** Opens what a command about the run policy asks, and finds the cards and programmes that it names. */
import type { PolicyState } from '../../shared/policy-state.ts'
import type { State } from '../../shared/state.ts'
import { detectionOf } from '../app.ts'
import { openForAsking, type AskedApp, type Asking } from './ask-app.ts'
import { detectWith, findGpu, keepsOwn, sayNotices, type Call } from './open-app.ts'
import { wrap } from './output.ts'
import { programmesOf, readProgramme, type NamedProgramme } from './programme-words.ts'
import { WrongWords } from './words.ts'

export interface PolicyApp extends AskedApp {
  /** Before what stands is asked: reads the machine and the software where no Idlewatt is open. */
  read(): Promise<void>
  state(): Promise<State>
  /** Throw WrongWords, naming those there are. */
  gpuId(typed: string): Promise<string>
  programme(typed: string): Promise<NamedProgramme>
}

export async function openPolicy(call: Call, asking: Asking): Promise<PolicyApp> {
  const app = await openForAsking(call, asking)
  const { own } = app
  if (own) sayNotices(own, call.terminal, keepsOwn(call))
  const state = async (): Promise<State> => (await app.ask('state.read', undefined)).state
  return {
    ...app,
    async read() {
      if (!own) return
      await own.start()
      await app.look()
      await own.policy.look()
    },
    state,
    async gpuId(typed) {
      const detection = own ? await detectWith(own) : detectionOf((await state()).gpus)
      if (detection === null) throw new WrongWords('No card was found yet. Try again in a moment.')
      return findGpu(detection, typed).id
    },
    programme: async (typed) => readProgramme(typed, programmesOf(await state())),
  }
}

/** Nothing acts on it: said, so that nobody waits for it. */
export function sayNotActing(call: Call, app: PolicyApp, { notActing }: PolicyState): void {
  const sentence = app.own ? 'No Idlewatt is open here, so nothing is started or stopped by this now. It holds from when one is: the desktop app or `idlewatt serve`.' : notActing
  if (sentence !== null) call.terminal.say(wrap(sentence))
}
