/** The way into HomeNode: it happens on a website and on a USB stick, and takes the machine over. Idlewatt explains and stops there. */
import { defineStep, noEffects, type EnrolmentDefinition } from '../network.ts'
import sources from './sources.json' with { type: 'json' }

const overclock = { name: 'Overclock Labs', url: sources.homenodeSignUp.url }

export const homeNodeEnrolment: EnrolmentDefinition = {
  programmeId: 'akash/homenode',
  summary: 'HomeNode is a system of its own that you start the PC with. Everything happens on its website and outside Idlewatt, which cannot run meanwhile.',
  steps: [
    defineStep({
      id: 'sign-up', title: 'Invitation and installation key', publisher: overclock, source: sources.homenode,
      what: 'Sign up and wait until you are given an installation key.',
      check: { kind: 'confirmed' }, verify: { kind: 'confirmed' },
      do: { kind: 'website', url: sources.homenodeSignUp.url, todo: ['Sign up with an e-mail address or an account.', 'Wait for the invitation: testing is not open to everyone.', 'Have an installation key made, and keep it as you would a password.'] },
      noticedBy: 'You say so.',
      undo: { kind: 'website', url: sources.homenodeSignUp.url, todo: ['Remove the machine from your account there.'] }, undoWords: 'You remove the machine from your account.',
      remains: ['Your account there.'],
      traps: [{ id: 'no-terms', severity: 'warning', sentence: 'Pay, fees and opening date are not published, and sources disagree on which cards are taken.', source: sources.homenodeCards }],
    }),
    defineStep({
      id: 'room', title: 'Room on a disk', source: sources.homenode,
      what: 'The installer needs 100 GB: a disk of its own, or room on one that it makes smaller.',
      check: { kind: 'reading', isSo: (readings) => roomOf(readings.disk) }, do: { kind: 'check' }, verify: { kind: 'reading', isSo: (readings) => roomOf(readings.disk) },
      noticedBy: 'The free space of the disk that Idlewatt lies on; another disk may have more.',
      undo: { kind: 'nothing', why: 'Nothing was changed.' }, undoWords: 'Nothing to undo.',
    }),
    defineStep({
      id: 'install', title: 'Start the PC from the stick', publisher: overclock, source: sources.homenode,
      what: 'Write the installer to a USB stick, start the PC from it and enter the key. The PC then belongs to a group of machines that others run, reached through a tunnel (VPN).',
      check: { kind: 'confirmed' }, verify: { kind: 'confirmed' },
      do: { kind: 'by-hand', words: '', todo: ['Make a copy of everything that matters on this PC.', 'Download the installer from the site and write it to an empty USB stick.', 'Start the PC from the stick. Choose a disk of its own if you have one.', 'Enter the installation key.'] },
      noticedBy: 'You say so, once the PC is back in this system: Idlewatt does not run in the other one.',
      undo: { kind: 'by-hand', words: '', todo: ['Start the PC into your own system and put it first in the start order.', 'Delete the partitions of the installer with your system\'s own tool, and give the room back.'] },
      undoWords: 'You delete its partitions and put your own system first again.',
      remains: ['Whatever the installer shrank or overwrote.'],
      effects: { ...noEffects, rights: ['the whole machine'], diskBytes: 100e9, otherSoftware: ['no other programme runs while the PC is started into it', 'may shrink or overwrite what is on the disk'], costs: ['the PC cannot be used meanwhile'] },
      traps: [
        { id: 'disk', severity: 'danger', sentence: 'The installer can take a whole disk or make what is there smaller. A wrong choice deletes your files: copy them first.', source: sources.homenode },
        { id: 'stick', severity: 'danger', sentence: 'Writing the installer deletes everything on the USB stick.', source: sources.homenode },
        { id: 'run-by-others', severity: 'warning', sentence: 'While it runs, others control the machine through a tunnel (VPN) that ends in your network.', source: sources.homenode },
      ],
    }),
  ],
}

function roomOf(disk: { value: { freeBytes: number; folder: string } | null; why: string | null }): { ok: boolean | null; because: string } {
  if (disk.value === null) return { ok: null, because: disk.why ?? 'The free space is not known.' }
  const free = `${Math.floor(disk.value.freeBytes / 1e9)} GB are free where ${disk.value.folder} lies.`
  // Another disk may have the room: too little here is no verdict.
  return disk.value.freeBytes >= 100e9 ? { ok: true, because: free } : { ok: null, because: `${free} Make room, or use another disk.` }
}
