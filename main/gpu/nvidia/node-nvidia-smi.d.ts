/** Types for the package, which brings none: one function that calls back once. It has no time limit of its own. */
declare module 'node-nvidia-smi' {
  function nodeNvidiaSmi(callback: (error: unknown, data?: unknown) => void): void
  export default nodeNvidiaSmi
}
