/** What can be wrong with an NVIDIA card or driver, each with a sentence and what to do. Ids are stable. */
import type { Machine, Problem } from '../../../shared/machine.ts'
import { pciAddressOf } from '../../system/pci-address.ts'

const command = 'nvidia-smi'

export const gpuLost: Problem = {
  id: 'gpu-lost',
  sentence: 'The driver has lost this card: it no longer answers on the PCI bus.',
  remedy: 'Restart the machine. If it happens again, check the card’s power cables, its seat and riser, and undo any overclock.',
}

export const resetRequired: Problem = {
  id: 'gpu-reset-required',
  sentence: 'This card has to be reset before it can be used again, says the driver.',
  remedy: 'Stop what uses the card and restart the machine, or run `nvidia-smi --gpu-reset` as administrator.',
}

export function driverNotAnswering(what: string, seconds: number): Problem {
  return {
    id: 'driver-not-answering',
    sentence: `The NVIDIA driver is not answering: ${what} gave no answer within ${seconds} s and was ended.`,
    remedy: 'Look again in a minute. If it stays so, restart the machine; if it comes back, reinstall the driver and check the card’s seat and power.',
  }
}

export const probeDied: Problem = {
  id: 'driver-not-answering',
  sentence: 'The NVIDIA driver is not answering: reading it ended the process that asked. Idlewatt itself goes on.',
  remedy: 'Look again. If it stays so, restart the machine or reinstall the driver.',
}

export const driverNotLoaded: Problem = {
  id: 'driver-not-loaded',
  sentence: 'The NVIDIA driver is installed but not running: its tools cannot reach it.',
  remedy: 'Restart the machine. On Linux with Secure Boot the kernel module must be signed; after a kernel update the driver may have to be installed again.',
}

export const libraryMismatch: Problem = {
  id: 'driver-library-mismatch',
  sentence: 'The NVIDIA driver that is running and its libraries are of different versions, which happens after an update without a restart.',
  remedy: 'Restart the machine.',
}

export function notPermitted(why: string): Problem {
  return {
    id: 'driver-not-permitted',
    sentence: `The NVIDIA driver does not let Idlewatt in: ${why}.`,
    remedy: 'Run Idlewatt as a user who may open /dev/nvidia* (on many systems the groups video and render); in a container, hand the cards to it (`--gpus all`); in WSL2, update the driver in Windows and run `wsl --update` there.',
  }
}

/** There is a card, but neither NVML nor nvidia-smi. */
export function driverMissing(platform: Machine['platform'], isSlice: boolean): Problem {
  if (platform === 'darwin') {
    return { id: 'driver-missing', sentence: 'There is an NVIDIA card, but macOS has no driver of NVIDIA’s that gives readings of it.', remedy: null }
  }
  const where = isSlice
    ? 'Install the driver of NVIDIA’s vGPU software for guests, in the version that fits the host: who runs the host has it. Then'
    : platform === 'win32'
      ? 'Install the driver from https://www.nvidia.com/drivers, then'
      : 'Install the driver from https://www.nvidia.com/drivers, or on Ubuntu with `sudo ubuntu-drivers install`, then'
  return {
    id: 'driver-missing',
    sentence: 'There is an NVIDIA card, but no NVIDIA driver: neither its library (NVML) nor nvidia-smi is on this machine.',
    remedy: `${where} restart and look again.`,
  }
}

/** The system names the driver's version, but neither NVML nor nvidia-smi is found. */
export function libraryMissing(version: string, platform: Machine['platform'], isSlice: boolean): Problem {
  const again = isSlice ? 'the guest driver that fits the host’s vGPU software (who runs the host has it)' : 'the same driver from https://www.nvidia.com/drivers'
  return {
    id: 'driver-library-missing',
    sentence: `The NVIDIA driver ${version} is installed, but it cannot be read: neither its library (NVML) nor nvidia-smi is reachable.`,
    remedy:
      platform === 'win32'
        ? `Both belong to the driver and lie in C:\\Windows\\System32 (nvml.dll, nvidia-smi.exe). If they are not there, install ${again}, then restart and look again.`
        : 'Install what belongs to the same version of the driver (on Ubuntu and Debian: the packages libnvidia-compute and nvidia-utils, or libnvidia-ml1 and nvidia-smi), then look again.',
  }
}

export function driverTooOld(version: string, floor: string, why: string): Problem {
  return {
    id: 'driver-too-old',
    sentence: `The NVIDIA driver ${version} is too old: ${floor} is the least that ${why}.`,
    remedy: 'Install a newer driver from https://www.nvidia.com/drivers.',
  }
}

export function outputBroken(from: string, why: string): Problem {
  return {
    id: 'machine-output-broken',
    sentence: `What ${from} printed cannot be read: ${why}.`,
    remedy: `Run \`${command} -q -x\` yourself; if it looks whole there, please report it.`,
  }
}

export function commandFailed(why: string): Problem {
  return {
    id: 'driver-not-answering',
    sentence: `The NVIDIA driver is not answering: nvidia-smi failed: ${why}`,
    remedy: /nvml: unknown error/i.test(why)
      ? 'In a container: start the container again, since it has lost its right to the cards. Elsewhere restart the machine.'
      : 'Run `nvidia-smi` yourself to see its words; restarting the machine or reinstalling the driver usually helps.',
  }
}

export function cardsNotDescribed(counted: number, described: number): Problem {
  return {
    id: 'cards-not-described',
    sentence: `The NVIDIA driver counts ${counted} cards, but describes only ${described}.`,
    remedy: 'Look again. If it stays so, a card may have failed: `nvidia-smi` names it.',
  }
}

/**
 * nvidia-smi names a card that it cannot open in a line of its own, in place of its document, before it or within it:
 * "Unable to determine the device handle for GPU0000:41:00.0: Unknown Error". Pure.
 */
export function cardsRefused(text: string): Problem[] {
  const lines = [...text.matchAll(/unable to (?:determine|detect) the device handle for gpu\s*([0-9a-f]+:[0-9a-f]+:[0-9a-f.]+)\s*:\s*([^\r\n<]+)/gi)]
  const problems = lines.map(([line, address = '', said = '']): Problem => {
    const known = problemFromWords(said)
    if (known) return { ...known, sentence: `${known.sentence.split(':')[0]!.replace(/\.$/, '')}: ${firstSentence(line)}` }
    return {
      id: 'card-not-readable',
      sentence: `The NVIDIA driver cannot open the card at ${pciAddressOf(address) ?? address}: ${firstSentence(said)}`,
      remedy: 'Restart the machine (a container: start it again). If it stays so, check the card’s power cables, its seat and riser; in the system’s log, "Xid" says more.',
    }
  })
  // Some versions print the line twice, on both ways out.
  return problems.filter(({ sentence }, index) => problems.findIndex((other) => other.sentence === sentence) === index)
}

/** From the words that nvidia-smi prints in place of its document. null: none of the known ones. */
export function problemFromWords(text: string): Problem | null {
  if (/version mismatch/i.test(text)) return libraryMismatch
  if (/gpu is lost/i.test(text)) return { ...gpuLost, sentence: `The driver has lost a card: ${firstSentence(text)}` }
  if (/couldn't communicate with the nvidia driver|driver is not loaded|driver not loaded|could not communicate|couldn't find (the )?(libnvidia-ml|nvml)/i.test(text)) return driverNotLoaded
  if (/insufficient permission|no permission|not have suff?i?cient permission|blocked by the operating system|operating system has blocked/i.test(text)) return notPermitted(firstSentence(text).replace(/[.!?]$/, ''))
  if (/requires? (reset|restart)|reset required/i.test(text)) return { ...resetRequired, sentence: `A card has to be reset before it can be used again: ${firstSentence(text)}` }
  return null
}

export function firstSentence(text: string): string {
  const line = text.trim().split('\n')[0]?.trim().slice(0, 200) ?? ''
  return line === '' ? 'it said nothing.' : /[.!?]$/.test(line) ? line : `${line}.`
}
