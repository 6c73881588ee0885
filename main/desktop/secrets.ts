/** Keeps secrets encrypted by the system's own store of keys (Keychain, DPAPI, libsecret) by way of Electron. */
import { safeStorage } from 'electron'
import type { Secrets } from '../host.ts'
import { openSecretsFile, type Seal } from '../system/secrets-file.ts'

/** Not before Electron is ready. Where the system has no store of keys, the file's rights protect it, as in the other doors. */
export function openDesktopSecrets(folder: string): Secrets {
  return openSecretsFile(folder, safeStorage.isEncryptionAvailable() ? seal : null)
}

const seal: Seal = {
  close: (text) => safeStorage.encryptString(text).toString('base64'),
  open: (sealed) => safeStorage.decryptString(Buffer.from(sealed, 'base64')),
}
