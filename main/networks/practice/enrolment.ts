/** The practice programme's steps: one of every kind that real programmes have, each undone when it is left. */
import type { Platform } from '../../../shared/machine.ts'
import { noEffects, type EnrolmentDefinition, type StepDefinition } from '../network.ts'
import files from './files.json' with { type: 'json' }
import { image, imageReference, practiceSource, publisher } from './source.ts'

type File = keyof typeof files.files

/** What most steps share. */
function step(own: Pick<StepDefinition, 'id' | 'title' | 'what' | 'check' | 'do' | 'verify' | 'noticedBy' | 'undo' | 'undoWords'> & Partial<StepDefinition>): StepDefinition {
  return { publisher, fields: [], remains: [], effects: noEffects, traps: [], source: practiceSource, ...own }
}

const onWindows = ({ platform }: { platform: Platform }): string | null => (platform === 'win32' ? null : 'For Windows; this machine takes the other one.')
const elsewhere = ({ platform }: { platform: Platform }): string | null => (platform === 'win32' ? 'For Linux and macOS; this machine takes the one for Windows.' : null)
const isArm = (arch: string | undefined): boolean => arch === 'arm64'

/** A file of our own, fetched over loopback HTTP as if it were somebody's. `as`: its name here. */
function download(own: { id: string; title: string; file: File; version: string; as: string; isExecutable: boolean; leftOut: NonNullable<StepDefinition['leftOut']> }): StepDefinition {
  const { sha256, bytes } = files.files[own.file]
  return step({
    id: own.id,
    title: own.title,
    what: `Downloads ${own.file} from Idlewatt itself on this machine, and checks its size and hash before it is used. Nothing is asked outside.`,
    leftOut: own.leftOut,
    check: { kind: 'download', file: own.as },
    do: { kind: 'download', url: `own:practice/${own.file}`, file: own.as, version: own.version, sha256, bytes, mostBytes: 1_000_000, hosts: ['127.0.0.1'], isExecutable: own.isExecutable },
    verify: { kind: 'download', file: own.as },
    noticedBy: 'The file lies in the programme’s folder, with the right size and hash.',
    undo: { kind: 'remove-file', file: own.as },
    undoWords: 'Removes the file.',
    effects: { ...noEffects, files: [`{folder}/files/${own.as}`], rights: ['your own'], downloadBytes: bytes, diskBytes: bytes, hash: sha256 },
  })
}

/** The worker makes its own folder; `args`: how it is asked to. */
function prepare(own: { id: string; program: string; args: string[]; leftOut: NonNullable<StepDefinition['leftOut']> }): StepDefinition {
  const command = { program: own.program, args: own.args }
  const done = { kind: 'file', path: '{folder}/practice/prepared.txt' } as const
  return step({
    id: own.id,
    title: 'Run its set-up command',
    what: 'Runs the worker once with the word "prepare": it makes a folder of its own inside the programme’s folder.',
    leftOut: own.leftOut,
    check: done,
    do: { kind: 'command', command, timeoutMs: 30_000 },
    verify: done,
    noticedBy: 'The folder holds the file prepared.txt.',
    undo: { kind: 'remove-paths', paths: ['{folder}/practice'] },
    undoWords: 'Removes that folder.',
    effects: { ...noEffects, files: ['{folder}/practice/prepared.txt'], folders: ['{folder}/practice'], rights: ['your own'] },
  })
}

const steps: StepDefinition[] = [
  step({
    id: 'read', title: 'Read what practice is', what: 'Practice goes through every step with a real process and a real container. Nothing is earned, nobody outside is asked, and leaving removes all of it.',
    check: { kind: 'confirmed' }, do: { kind: 'by-hand', words: '', todo: ['Read the steps below.', 'Say that you have read them.'] }, verify: { kind: 'confirmed' },
    noticedBy: 'You say so.', undo: { kind: 'nothing', why: 'Reading changes nothing.' }, undoWords: 'Nothing is to be undone.',
    traps: [{ id: 'not-real', severity: 'note', sentence: 'A real programme would ask for an account, a wallet address and often for a stake. Practice asks for none of them.', source: practiceSource }],
  }),
  step({
    id: 'details', title: 'Give it a name', what: 'A name for the worker, how it should behave, and a made-up password. The password shows how secrets are kept: it goes to the key store, and the worker’s careless log line that repeats it is kept without it.',
    fields: [
      { id: 'name', label: 'Name of the worker', kind: 'text', hint: 'Letters, figures, blanks, dots and dashes; 40 at most.', placeholder: 'my practice worker', choices: [], isRequired: true },
      {
        id: 'behaviour', label: 'How it should behave', kind: 'choice', hint: 'All but the first show how Idlewatt deals with trouble.', placeholder: null, isRequired: true,
        choices: [
          { value: 'usual', label: 'As it should' },
          { value: 'crashes', label: 'Crash again and again' },
          { value: 'fails-jobs', label: 'Fail its jobs' },
          { value: 'no-jobs', label: 'Be offered no job' },
          { value: 'unwell', label: 'Report an error all the time' },
          { value: 'silent', label: 'Never get ready' },
          { value: 'deaf', label: 'Not listen when it is asked to stop' },
          { value: 'leaves-child', label: 'Leave a process behind' },
        ],
      },
      { id: 'token', label: 'A made-up password', kind: 'secret', hint: 'Invent one of eight characters or more. Use no real one.', placeholder: null, choices: [], isRequired: true },
    ],
    check: { kind: 'answered', fields: ['name', 'behaviour', 'token'] }, do: { kind: 'ask' }, verify: { kind: 'answered', fields: ['name', 'behaviour', 'token'] },
    noticedBy: 'All three are filled in.', undo: { kind: 'forget-answers' }, undoWords: 'Forgets the answers and removes the password from the key store.',
    refuse: refuseDetail,
  }),
  step({
    id: 'docker', title: 'Docker answers', what: 'Looks whether Docker answers. Nothing is changed.',
    check: { kind: 'none' }, do: { kind: 'check' }, noticedBy: 'Docker answers.',
    verify: {
      kind: 'reading',
      isSo: ({ docker }) => {
        if (docker.value === null) return { ok: null, because: docker.why }
        return docker.value.answers ? { ok: true, because: `Docker ${docker.value.version ?? ''} answers.`.replace('  ', ' ') } : { ok: false, because: `Docker does not answer: ${docker.value.why ?? 'no reason was given'}. ${docker.value.remedy ?? 'Start it, and try again.'}` }
      },
    },
    undo: { kind: 'nothing', why: 'Looking changes nothing.' }, undoWords: 'Nothing is to be undone.',
  }),
  download({ id: 'worker', title: 'Download the worker', file: 'practice-worker.sh', version: '2', as: 'practice-worker.sh', isExecutable: true, leftOut: elsewhere }),
  download({ id: 'worker-windows', title: 'Download the worker', file: 'practice-worker.ps1', version: '2', as: 'practice-worker.ps1', isExecutable: false, leftOut: onWindows }),
  prepare({ id: 'prepare', program: '/bin/sh', args: ['{folder}/files/practice-worker.sh', 'prepare', '{folder}/practice'], leftOut: elsewhere }),
  prepare({ id: 'prepare-windows', program: 'powershell.exe', args: ['-NoProfile', '-ExecutionPolicy', 'Bypass', '-File', '{folder}/files/practice-worker.ps1', 'prepare', '{folder}/practice'], leftOut: onWindows }),
  download({ id: 'archive', title: 'Download the container', file: 'practice-container-x64.tar', version: '1', as: 'practice-container.tar', isExecutable: false, leftOut: ({ arch }) => (isArm(arch) ? 'For x64; this machine takes the one for arm64.' : null) }),
  download({ id: 'archive-arm64', title: 'Download the container', file: 'practice-container-arm64.tar', version: '1', as: 'practice-container.tar', isExecutable: false, leftOut: ({ arch }) => (isArm(arch) ? null : 'For arm64; this machine takes the other one.') }),
  step({
    id: 'image', title: 'Make the image', what: `Makes the image ${imageReference} of the downloaded archive: one program of about a thousand bytes, without a shell and without a network.`,
    check: { kind: 'image', reference: imageReference }, do: { kind: 'image', reference: imageReference, archive: 'practice-container.tar' }, verify: { kind: 'image', reference: imageReference },
    noticedBy: 'Docker lists the image.', undo: { kind: 'remove-images', imagePrefix: image }, undoWords: 'Removes the image.',
    effects: { ...noEffects, rights: ['your right to use Docker'], image: imageReference, downloadBytes: 0, diskBytes: 10_240 },
  }),
  step({
    id: 'beside', title: 'Other containers stay as they are', what: 'The worker’s one container is made and removed by Idlewatt, told by its label. No other container on this Docker is touched.',
    check: { kind: 'none' }, do: { kind: 'check' }, verify: { kind: 'none' }, noticedBy: 'Nothing is to be looked at.',
    undo: { kind: 'remove-containers', imagePrefix: image }, undoWords: 'Removes the practice container, and no other.',
  }),
  step({
    id: 'start', title: 'Start it', what: 'Starts the worker and its container. From now on the programme’s page shows what they do, and you can finish, stop and leave.',
    check: { kind: 'none' }, do: { kind: 'start' }, noticedBy: 'The worker says that it is ready, and its container runs.',
    verify: {
      kind: 'software',
      isSo: (reading) => {
        if (reading === null) return { ok: null, because: 'Nothing is known of the worker yet.' }
        if (reading.activity === 'starting' || reading.activity === 'unknown') return { ok: null, because: reading.sentence }
        // Told to report errors, it has started as it should.
        return { ok: reading.activity !== 'unhealthy' || reading.evidence.includes('log: unwell'), because: reading.sentence }
      },
    },
    undo: { kind: 'stop' }, undoWords: 'Stops the worker and its container.',
    effects: { ...noEffects, files: ['{folder}/output.txt'], folders: ['{folder}/log'], rights: ['your own', 'your right to use Docker'], image: imageReference, downloadBytes: 0, diskBytes: 0 },
  }),
]

function refuseDetail(field: string, value: string): string | null {
  if (field === 'name') return /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,39}$/u.test(value) ? null : 'A name is 1 to 40 letters, figures, blanks, dots and dashes, and begins with a letter or a figure.'
  // What it is is never repeated: it may be a real one, typed here by mistake.
  if (field === 'token') return /^[\x21-\x7e]{8,100}$/.test(value) ? null : 'A made-up password has 8 to 100 characters without blanks.'
  return null
}

export const practiceEnrolment: EnrolmentDefinition = {
  programmeId: 'practice/worker',
  summary: 'A worker to practise with: a small script and a container of a thousand bytes, from Idlewatt itself. It earns nothing and uses no GPU.',
  steps,
}
