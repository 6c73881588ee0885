/** Setting up a rendering node: an invitation, the client that comes with it, and Idlewatt looking on. */
import { defineStep, noEffects, type EnrolmentDefinition } from '../network.ts'
import { refuseWallet } from './answer-checks.ts'
import sources from './sources.json' with { type: 'json' }
import { aloneStep } from './steps-alone.ts'

const foundation = { name: 'Render Network Foundation', url: 'https://renderfoundation.com' }

export const renderingEnrolment: EnrolmentDefinition = {
  programmeId: 'render/rendering',
  summary: 'You join a waiting list; the team then sends you the client. You install and start it yourself; Idlewatt reads its log and tells what it does.',
  steps: [
    defineStep({
      id: 'waitlist', title: 'Waiting list', publisher: foundation, source: sources.rnp006,
      what: 'Put yourself on the waiting list. Who is accepted is sent the address of the client (the network\'s own program) and a sign-in for it.',
      check: { kind: 'confirmed' }, verify: { kind: 'confirmed' },
      do: { kind: 'website', url: sources.waitlist.url, todo: ['Fill in the form with your e-mail address and your cards.', 'Wait for the team\'s message; how long it takes is not published.', 'Come back when you were accepted.'] },
      noticedBy: 'You say so; or the client is found running here.',
      undo: { kind: 'by-hand', words: '', todo: ['Write to the team that you take no part any more.'] }, undoWords: 'You tell the team; Idlewatt cannot.',
      remains: ['Your entry with the Foundation.'],
      traps: [{ id: 'year-four', severity: 'warning', sentence: 'What is paid after 2026-12-19 was not decided when this was written: rewards are set until then only.', source: { url: 'https://github.com/rendernetwork/RNPs/blob/main/RNP-022.md', date: '2025-12-05' } }],
    }),
    defineStep({
      id: 'wallet', title: 'Solana wallet', source: sources.rnp013,
      what: 'RENDER is paid to a Solana wallet of yours. Give Idlewatt its address, to hold it against the one that the client pays to.',
      fields: [{ id: 'wallet', label: 'Solana address', kind: 'address', hint: 'The public address. Never a seed phrase or a private key.', placeholder: null, choices: [], isRequired: true }],
      refuse: refuseWallet,
      check: { kind: 'answered', fields: ['wallet'] }, do: { kind: 'ask' }, verify: { kind: 'answered', fields: ['wallet'] },
      noticedBy: 'The answer is kept.',
      undo: { kind: 'forget-answers' }, undoWords: 'Idlewatt forgets the address.',
      traps: [{ id: 'three-nodes', severity: 'note', sentence: 'Join at most three machines (nodes) to one wallet: with more, each is paid less for being ready, and six together get less than one alone.', source: sources.rnp015 }],
    }),
    aloneStep('render/compute', 'compute node'),
    defineStep({
      id: 'client', title: 'The client', publisher: { name: 'OTOY', url: 'https://rendernetwork.com' }, source: sources.knowledgeBase,
      what: 'Download the client from the address in the team\'s message, enter your wallet in it and leave it running. Idlewatt neither downloads nor starts it: there is no public address for it.',
      leftOut: ({ platform }) => (platform === 'win32' ? null : 'The client runs on Windows alone.'),
      check: { kind: 'software', isSo: isRunning }, verify: { kind: 'software', isSo: isRunning },
      do: { kind: 'by-hand', words: '', todo: ['Take the address from the team\'s message alone, never from a chat.', 'Start rndrclient.exe, and enter your wallet\'s address and the sign-in there.', 'Leave the card alone until the client has measured it; it then waits for jobs.'] },
      noticedBy: 'The client\'s process runs, or its log grows.',
      undo: { kind: 'by-hand', words: '%LOCALAPPDATA%\\OtoyRndrNetwork', todo: ['Close the client, best when it is idle.', 'Delete the folder you put it in, and the folder shown here.'] },
      undoWords: 'You close the client and delete its folders.',
      remains: ['Registry: HKEY_CURRENT_USER\\SOFTWARE\\OTOY (wallet, node, score).', 'The node in the network\'s records.'],
      effects: {
        ...noEffects, files: ['%LOCALAPPDATA%\\OtoyRndrNetwork\\rndr_log.txt', '%LOCALAPPDATA%\\OtoyRndrNetwork\\rndr-config.ini', 'registry: HKEY_CURRENT_USER\\SOFTWARE\\OTOY'], folders: ['%LOCALAPPDATA%\\OtoyRndrNetwork'], rights: ['your own'], ports: ['none inward, as far as is known'],
        hash: 'none published; Idlewatt does not download it', otherSoftware: ['takes no job while a game or another programme uses the card'],
      },
      traps: [
        { id: 'namesake', severity: 'note', sentence: 'Never stop the client by its name: it runs as TCPSVCS.exe, and a service of Windows has the same name.', source: sources.watchdog },
        { id: 'card-free', severity: 'warning', sentence: 'Leave the card to the client: while a game, a benchmark or another programme uses the card, the client takes no job.', source: sources.watchdog },
        { id: 'failed-frames', severity: 'warning', sentence: 'Do not stop the client in the middle of a job: frames (single pictures) that fail lower your standing, and with it the number of jobs.', source: sources.governanceIdea },
      ],
    }),
  ],
}

function isRunning(reading: { activity: string; sentence: string; earning: boolean | null } | null): { ok: boolean | null; because: string } {
  if (reading === null) return { ok: null, because: 'The client has not been looked for yet.' }
  if (['starting', 'ready', 'idle', 'working'].includes(reading.activity)) return { ok: true, because: reading.sentence }
  if (reading.activity === 'unhealthy') return { ok: true, because: `It runs, but: ${reading.sentence}` }
  return { ok: reading.earning === false ? false : null, because: reading.sentence }
}
