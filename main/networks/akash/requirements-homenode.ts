/** What HomeNode needs, as data with sources. */
import { isNameless } from '../../../shared/gpu-names.ts'
import type { Measured, NeedDefinition, Subject } from '../network.ts'
import { GB, atLeast, inGb, measureArchitecture } from './measures.ts'
import sources from './sources.json' with { type: 'json' }

export const homeNodeNeeds: NeedDefinition[] = [
  {
    id: 'card-family', title: 'Card family', of: 'card', required: 'GeForce RTX 30, 40 or 50, or RTX PRO 6000', remedy: null, source: sources.homenodeCards,
    why: 'Sources disagree which cards are taken: the narrowest names only the RTX 4090 and 5090, the widest all of the RTX 30, 40 and 50 series and the RTX PRO 6000.',
    measure: measureFamily,
  },
  {
    id: 'processor-kind', title: 'Processor architecture', of: 'machine', required: 'x86_64', remedy: null, source: sources.hardware, why: 'The PC is started into a system of its own, which is built for x86_64.',
    measure: ({ machine }) => measureArchitecture(machine),
  },
  {
    id: 'disk', title: 'Disk to install on', of: 'machine', required: '100 GB free, or a disk of its own', remedy: 'Free 100 GB or add a disk.', source: sources.homenode,
    why: 'The installer takes a whole disk or shrinks what is there; the size is inferred from the installer.',
    measure: ({ machine, readings }) => atLeast(readings?.disk.value?.freeBytes ?? machine?.diskFreeBytes ?? null, 100 * GB, inGb, 'GB'),
  },
  {
    id: 'whole-machine', title: 'The whole machine', of: 'machine', required: 'restart into its own system', remedy: 'Keep a machine, or a second disk and the hours, for it alone.', source: sources.homenode,
    why: 'It is a bootable installer, not a program: while it runs, nothing else does.',
    measure: confirmed('install', 'Yours to decide.', 'started into it'),
  },
  {
    id: 'invitation', title: 'Invitation', of: 'machine', required: 'an installation key from homenode.akash.network', remedy: 'Sign up and wait for the key.', source: sources.homenode,
    why: 'Testing began in June 2026; when it opens to everyone is not published.',
    measure: confirmed('sign-up', 'To check on the sign-up page.', 'invited'),
  },
]

function measureFamily({ card }: Subject): Measured {
  const called = card.model ?? card.name
  if (card.vendor === 'nvidia' && card.facts === null && isNameless(card.name)) return { actual: null, ok: null, why: 'Which card this is could not be told.' }
  const isFamily = card.vendor === 'nvidia' && (/\bRTX (30|40|50)\d0\b/i.test(called) || /\bRTX PRO 6000\b/i.test(called))
  if (!isFamily) return { actual: called, ok: false }
  if (card.facts?.class === 'laptop' || /\b(laptop|mobile)\b/i.test(called)) return { actual: called, ok: null, why: 'No list says whether laptop cards are taken.' }
  return { actual: called, ok: true }
}

/** What only the user knows: told by the step of the set-up that was confirmed. */
function confirmed(stepId: string, toDo: string, said: string): NeedDefinition['measure'] {
  return ({ enrolled }) => (enrolled?.doneSteps.includes(stepId) === true ? { actual: said, ok: true, why: 'You said so in the set-up.' } : { actual: null, ok: null, why: toDo })
}
