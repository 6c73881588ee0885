/** What an OpenCL compiler complains of, in the one line a person would look at. */
import { CL, type ClHandle, type OpenCl } from '../system/opencl-bindings.ts'

/** '': it says nothing. */
export function compilerWords(cl: OpenCl, program: ClHandle, device: ClHandle): string {
  return firstError(buildLog(cl, program, device))
}

function buildLog(cl: OpenCl, program: ClHandle, device: ClHandle): string {
  const log = new Uint8Array(65_536)
  const needed = new BigUint64Array(1)
  if (cl.getProgramBuildInfo(program, device, CL.PROGRAM_BUILD_LOG, log.length, log, needed) !== CL.SUCCESS) return ''
  return new TextDecoder().decode(log.subarray(0, Math.max(0, Number(needed[0]) - 1)))
}

/** The line a person would look at: the first that names an error, without the path in front. */
function firstError(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '')
  const line = lines.find((text) => /error/i.test(text)) ?? lines[0] ?? ''
  return line.replace(/^.*?(error)/i, '$1').trim().slice(0, 200)
}
