/** What throttle reasons mean, as the rules of health ask for it. */
export { realReasons, reasonWords, throttleKind, type ThrottleKind } from '../../shared/throttle.ts'
