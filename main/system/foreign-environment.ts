/** The environment of other people's programs: what a program needs to find its way on this computer, and none of the user's tokens. Pure. */
import { delimiter } from 'node:path'

/** Carries the mark of a run: children hand it on, whatever group they move to. */
export const markName = 'IDLEWATT_RUN'

/** By name, in any case of letters: all else stays here, for nobody can list what a shell's start-up files hold of keys. */
const taken = new Set(
  [
    'PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ TERM COLORTERM TMPDIR TMP TEMP DISPLAY WAYLAND_DISPLAY XAUTHORITY __CF_USER_TEXT_ENCODING',
    // What lies beyond a proxy is not reached without it.
    'HTTP_PROXY HTTPS_PROXY ALL_PROXY FTP_PROXY NO_PROXY SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE REQUESTS_CA_BUNDLE NODE_EXTRA_CA_CERTS',
    // Libraries of cards lie where these say. LD_PRELOAD and the like are code of ours in a program of others.
    'LD_LIBRARY_PATH LIBVA_DRIVER_NAME VK_ICD_FILENAMES VK_DRIVER_FILES __GLX_VENDOR_LIBRARY_NAME',
    'DOCKER_CONFIG WSL_DISTRO_NAME WSL_INTEROP',
    'SYSTEMROOT WINDIR SYSTEMDRIVE COMSPEC PATHEXT OS USERNAME USERPROFILE USERDOMAIN COMPUTERNAME HOMEDRIVE HOMEPATH PUBLIC APPDATA LOCALAPPDATA PROGRAMDATA ALLUSERSPROFILE',
    'PROGRAMFILES PROGRAMFILES(X86) PROGRAMW6432 COMMONPROGRAMFILES COMMONPROGRAMFILES(X86) COMMONPROGRAMW6432 DRIVERDATA PSMODULEPATH NUMBER_OF_PROCESSORS SESSIONNAME',
  ].flatMap((names) => names.split(' ')),
)
/** Families of settings: of the language, of the desktop, of cards. */
const families = /^(LC_|XDG_|CUDA_|NVIDIA_|__NV_|__GL_|GPU_|HIP_|ROCR_|ROCM_|HSA_|AMD_|OCL_|MESA_|PROCESSOR_)/i
/** NVIDIA_API_KEY is of such a family, and is one. */
const looksSecret = /TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|COOKIE|AUTH|JWT|(^|_)(KEY|PWD|PAT|PIN)S?(_|$)|APIKEY/i

/** For whatever is run and is not ours, besides what it is given by name. */
export function foreignEnvironment(own: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(own)) {
    if (value === undefined || !isTaken(name)) continue
    const kept = own['APPDIR'] === undefined || !/PATH$|_DIRS?$/i.test(name) ? value : outside(own['APPDIR'], value)
    if (kept !== '' || value === '') result[name] = kept
  }
  return result
}

/** The same for `runProgram`, whose `env` comes on top of our own: what is not meant for others is taken away. */
export function insteadOfOurs(env: Record<string, string>, own: NodeJS.ProcessEnv = process.env): Record<string, string | undefined> {
  return { ...Object.fromEntries(Object.keys(own).map((name) => [name, undefined])), ...foreignEnvironment(own), ...env }
}

export function environmentFor(wanted: { env: Record<string, string>; mark: string }, own: NodeJS.ProcessEnv = process.env): Record<string, string> {
  return { ...foreignEnvironment(own), ...wanted.env, [markName]: wanted.mark }
}

function isTaken(name: string): boolean {
  return taken.has(name.toUpperCase()) || (families.test(name) && !looksSecret.test(name))
}

/** An AppImage's folder is there only while we run, and its libraries are for us. */
function outside(folder: string, paths: string): string {
  return paths
    .split(delimiter)
    .filter((path) => path !== folder && !path.startsWith(`${folder}/`))
    .join(delimiter)
}
