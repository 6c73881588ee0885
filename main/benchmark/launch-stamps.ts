/** When a launch was queued and when it began, by the driver's own clock. */
import { CL, type ClHandle, type OpenCl } from '../system/opencl-bindings.ts'

/** For a quarter of a second at most: whoever hangs is waited for in the way that can be ended from outside. */
export function askUntilEnd(cl: OpenCl, queue: ClHandle, event: ClHandle): void {
  const state = Int32Array.of(1)
  cl.flush(queue)
  const until = performance.now() + 250
  while (cl.getEventInfo(event, CL.EVENT_COMMAND_EXECUTION_STATUS, 4, state, null) === CL.SUCCESS && (state[0] ?? 0) > CL.COMPLETE && performance.now() < until);
}

/** From queued to started; null: the driver does not say. Its stamps are nanoseconds. */
export function secondsBetween(cl: OpenCl, event: ClHandle): number | null {
  const [queued, started] = [CL.PROFILING_COMMAND_QUEUED, CL.PROFILING_COMMAND_START].map((what) => {
    const at = new BigUint64Array(1)
    return cl.getEventProfilingInfo(event, what, 8, at, null) === CL.SUCCESS ? at[0] : undefined
  })
  // Some drivers stamp both alike, or nothing at all: that is no latency of zero.
  return queued === undefined || started === undefined || started <= queued ? null : Number(started - queued) / 1e9
}
