/** Setting a checker up: a licence, a client with a wallet of its own, and the approval. All of it by the owner's hand; its commands print private keys. */
import { defineStep, noEffects, type EnrolmentDefinition } from '../network.ts'
import { serviceName } from './checker-reading.ts'
import sources from './sources.json' with { type: 'json' }

const aethir = { name: 'Aethir', url: 'https://github.com/AethirCloud/checker-client' }

export const checkerEnrolment: EnrolmentDefinition = {
  programmeId: 'aethir/checker',
  summary: 'A checker tests other people\'s servers; it needs a licence and uses no card. You install it and make its wallet; Idlewatt runs none of its commands, since they print private keys, and only reads its service and log.',
  steps: [
    defineStep({
      id: 'licence', title: 'A licence', publisher: aethir, source: sources.checkerLicence,
      what: 'Hold a checker licence (a token in a wallet, an NFT), or have an owner lend (delegate) you one.',
      check: { kind: 'confirmed' }, verify: { kind: 'confirmed' },
      do: { kind: 'website', url: sources.checkerPortal.url, todo: ['Look in the owner\'s portal whether your wallet holds a licence.', 'Pass the identity check (KYC): nothing can be claimed or withdrawn without it.'] },
      noticedBy: 'You say so.',
      undo: { kind: 'website', url: sources.checkerPortal.url, todo: ['Take the delegation back in the owner\'s portal.'] }, undoWords: 'You take the delegation back in the portal.',
      remains: ['The licence, an NFT on Arbitrum.', 'Rewards, which are released bit by bit (vesting): over 180 days, or over 30 at a loss of 75 %.'],
      effects: { ...noEffects, costs: ['a licence; Aethir\'s own sale is closed', '5 ATH for each claim'] },
      traps: [{ id: 'kyc', severity: 'warning', sentence: 'Pass the identity check (KYC): without it nothing can be claimed or withdrawn. Choose the wallet well, for it cannot be changed once it is connected.', source: sources.identity }],
    }),
    defineStep({
      id: 'client', title: 'The client', publisher: aethir, source: sources.checkerClient,
      what: 'Download the newest client from Aethir\'s own repository and install its service.',
      check: { kind: 'software', isSo: isRunning }, verify: { kind: 'software', isSo: isRunning },
      do: { kind: 'by-hand', words: 'sudo ./install.sh && sudo ./AethirCheckerCLI', todo: ['Download the newest archive from the repository and unpack it into ~/aethir.', 'Run the line shown in that folder, and accept the terms.', 'On Windows, run the set-up instead; it updates itself.'] },
      noticedBy: `The service ${serviceName} is active, or its process runs.`,
      undo: { kind: 'by-hand', words: `sudo systemctl disable --now ${serviceName}`, todo: ['Take your delegations back first.', 'Run the line shown, then delete the folder ~/aethir.'] }, undoWords: 'You stop the service and delete its folder.',
      remains: ['The burner wallet\'s key in /usr/key, until you delete it.'],
      effects: { ...noEffects, folders: ['~/aethir', '/usr/key'], files: [`the service ${serviceName}`], rights: ['administrator'], ports: ['none inward'], hash: 'none published; Idlewatt does not download it', diskBytes: 10e9 },
      traps: [
        { id: 'one-request', severity: 'danger', sentence: 'Run one checker client alone and restart it seldom: more than one request a minute from your address blocks it for the whole day.', source: sources.checkerReleaseNote },
        { id: 'one-client', severity: 'warning', sentence: 'Install the client once: one runs on a machine.', source: sources.checkerClient },
        { id: 'updates', severity: 'warning', sentence: 'Keep the client up to date: old versions are shut out without warning ("below the minimum required version"). The client updates itself while it runs.', source: sources.checkerClient },
      ],
    }),
    defineStep({
      id: 'burner-wallet', title: 'Its burner wallet', publisher: aethir, source: sources.checkerClient,
      what: 'Make the client a wallet of its own (a burner wallet: it signs the work and holds no money), in the client\'s own window. Idlewatt needs nothing of it.',
      check: { kind: 'confirmed' }, verify: { kind: 'confirmed' },
      do: { kind: 'by-hand', words: 'aethir wallet create', todo: ['Type it in the client\'s window, where nobody looks on.', 'Write the private key that it prints on paper. Paste it nowhere, and never into Idlewatt.', 'Note the public key: the owner needs it.'] },
      noticedBy: 'You say so.',
      undo: { kind: 'by-hand', words: '', todo: ['Delete the key file that the client made, once no delegation is left.'] }, undoWords: 'You delete the key file.',
      remains: [],
      traps: [
        { id: 'prints-key', severity: 'danger', sentence: 'Let nobody look on while you make the client\'s wallet: the command prints the private key in the open, and "wallet import" asks for one. Idlewatt runs neither, and never asks for a key.', source: sources.checkerClient },
        { id: 'key-file', severity: 'warning', sentence: 'Keep the file /usr/key/yxpri.pem out of backups that others see: the key lies in it too.', source: sources.checkerContainer },
      ],
    }),
    defineStep({
      id: 'delegate', title: 'Delegation and approval', publisher: aethir, source: sources.checkerRoles,
      what: 'The owner lends (delegates) licences to the client\'s public key in the portal; then you approve them in the client.',
      check: { kind: 'software', isSo: hasLicences }, verify: { kind: 'software', isSo: hasLicences },
      do: { kind: 'website', url: sources.checkerPortal.url, todo: ['In the owner\'s portal: Licenses, Delegate, and the client\'s public key.', 'Wait some minutes: registrations are picked up every five.', 'In the client\'s window: aethir license approve --all'] },
      noticedBy: 'The log shows licences that are ready or checking.',
      undo: { kind: 'website', url: sources.checkerPortal.url, todo: ['Take the delegation back in the owner\'s portal.'] }, undoWords: 'You take the delegation back in the portal.',
      traps: [{ id: 'offline', severity: 'note', sentence: 'Keep the checker running: a licence whose checker is offline or too weak earns less and may be banned.', source: sources.checkerClient }],
    }),
  ],
}

type Seen = { activity: string; sentence: string; earning: boolean | null } | null

function isRunning(reading: Seen): { ok: boolean | null; because: string } {
  if (reading === null) return { ok: null, because: 'The service has not been looked at yet.' }
  if (reading.activity === 'unknown') return { ok: reading.earning === false ? false : null, because: reading.sentence }
  return { ok: true, because: reading.sentence }
}

function hasLicences(reading: Seen): { ok: boolean | null; because: string } {
  if (reading === null) return { ok: null, because: 'The service has not been looked at yet.' }
  if (reading.activity === 'working' || (reading.activity === 'idle' && reading.earning !== false)) return { ok: true, because: reading.sentence }
  return { ok: reading.activity === 'idle' ? false : null, because: reading.sentence }
}
