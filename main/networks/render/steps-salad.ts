/** Joining through Salad: its own app does everything; Idlewatt says what to know first and looks whether it runs. */
import { defineStep, noEffects, type EnrolmentDefinition } from '../network.ts'
import sources from './sources.json' with { type: 'json' }

const salad = { name: 'Salad Technologies', url: sources.saladApp.url }

export const saladEnrolment: EnrolmentDefinition = {
  programmeId: 'render/salad',
  summary: 'Everything happens in Salad\'s own app. What you earn stays with Salad until you redeem it (have it paid out).',
  steps: [
    defineStep({
      id: 'app', title: 'Salad\'s app', publisher: salad, source: sources.rnp023,
      what: 'Install Salad\'s app from its own site and make an account. The app says whether it takes your card.',
      check: { kind: 'software', isSo: isThere }, verify: { kind: 'confirmed' },
      do: { kind: 'website', url: sources.saladApp.url, todo: ['Download the app from Salad\'s own site.', 'Make an account and let the app test the machine.', 'Choose in the app what kinds of work it may do, and when.'] },
      noticedBy: 'You say so, or Salad is found running.',
      undo: { kind: 'by-hand', words: '', todo: ['Redeem what is left of your balance.', 'Remove the app in the system\'s settings.'] }, undoWords: 'You redeem the balance and remove the app.',
      remains: ['Your account and balance there.', 'WSL and what the app put into it, until you remove it.'],
      effects: { ...noEffects, rights: ['decided by Salad\'s installer'], otherSoftware: ['uses the card while you do not; another programme on the card gets in its way'], hash: 'none published; Idlewatt does not download it' },
      traps: [
        { id: 'custody', severity: 'warning', sentence: 'Salad keeps what you earn until you redeem it (have it paid out). Payment in RENDER is agreed, but whether it has begun could not be found out.', source: sources.rnp023 },
        { id: 'your-line', severity: 'note', sentence: 'Look in Salad\'s app at what it may do: some of its work passes other people\'s internet traffic through your line.', source: sources.rnp023 },
        { id: 'one-at-a-time', severity: 'warning', sentence: 'Run one programme on a card: two take work from each other, and the rendering client takes nothing while Salad uses the card.', source: sources.watchdog },
      ],
    }),
  ],
}

function isThere(reading: { activity: string; sentence: string } | null): { ok: boolean | null; because: string } {
  return reading === null || reading.activity === 'unknown' ? { ok: null, because: reading?.sentence ?? 'Salad has not been looked for yet.' } : { ok: true, because: reading.sentence }
}
