/** The icons, drawn as one-stroke paths on a 16-unit grid; always beside a word, never alone with meaning. */

const paths = {
  overview: 'M2.5 7 8 2.5 13.5 7v6.5h-4V9.5h-3v4h-4z',
  gpus: 'M2 4.5h12v7H2zM5.7 8a1.3 1.3 0 1 0 2.6 0 1.3 1.3 0 1 0-2.6 0M10.5 6.5v3M4 11.5v2M8 11.5v2',
  measure: 'M2.5 11.5a5.5 5.5 0 1 1 11 0M8 11.5l2.5-4M4.5 13.5h7',
  compare: 'M2.5 4h7M2.5 8h11M2.5 12h4.5M11.5 2.5v3M9 10.5v3',
  networks: 'M6.4 3.8a1.6 1.6 0 1 0 3.2 0 1.6 1.6 0 1 0-3.2 0M2 12a1.6 1.6 0 1 0 3.2 0 1.6 1.6 0 1 0-3.2 0M10.8 12a1.6 1.6 0 1 0 3.2 0 1.6 1.6 0 1 0-3.2 0M7.2 5.3 4.4 10.6M8.8 5.3l2.8 5.3M5.2 12h5.6',
  policy: 'M3 3.5h10v10H3zM3 6.5h10M6 2v3M10 2v3M5.5 9.500h2M9 9.500h1.500M5.500 11.500h2',
  activity: 'M2 8.5h3l1.800-5 3 9 1.700-4H14',
  ledger: 'M3.5 2.5h9v11h-9zM6 5.5h4M6 8h4M6 10.5h2.5',
  settings: 'M2 4.5h6M11 4.5h3M9.5 3v3M2 11.5h3M8 11.5h6M6.5 10v3',
  yes: 'M3 8.5l3.2 3.2L13 4.8',
  maybe: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM5.4 8.3l1.8 1.8 3.4-3.7',
  fix: 'M9.8 3.2a3.2 3.2 0 0 0-3.9 4.1L2.5 10.7v2.8h2.8l3.4-3.4a3.2 3.2 0 0 0 4.1-3.9L10.7 8.3 7.7 5.3z',
  no: 'M4 4l8 8M12 4l-8 8',
  unknown: 'M5.8 6a2.2 2.2 0 1 1 3.4 1.9c-.8.5-1.2.9-1.2 1.8M8 12.3v.1',
  warning: 'M8 2.5 14 13H2zM8 6.5v3M8 11.2v.1',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.3v3.5M8 5.1v.1',
  open: 'M6 4l4 4-4 4',
  external: 'M6 3.5H3.5v9h9V10M9 3h4v4M13 3 7.5 8.5',
  bolt: 'M9 2 4 9h4l-1 5 5-7H8z',
  lock: 'M4 7.5h8V13H4zM5.7 7.5V5.3a2.3 2.3 0 0 1 4.6 0v2.2',
  sort: 'M5 6.5 8 3.5l3 3M5 9.5l3 3 3-3',
  up: 'M4.5 10 8 6l3.5 4',
  down: 'M4.5 6 8 10l3.5-4',
  close: 'M4 4l8 8M12 4l-8 8',
  record: 'M8 12.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM8 9.2a1.2 1.2 0 1 0 0-2.4 1.2 1.2 0 0 0 0 2.4z',
  copy: 'M5.500 5.500h8v8h-8zM3 10.500h-.5v-8h8V3',
  back: 'M10 4 6 8l4 4',
  play: 'M5 3.500v9l7-4.500z',
  stop: 'M4 4h8v8H4z',
  pause: 'M5.500 3.500v9M10.500 3.500v9',
  wait: 'M4.500 2.500h7M4.500 13.500h7M5.500 2.500c0 3 2.500 4 2.500 5.500s-2.500 2.500-2.500 5.500M10.500 2.500c0 3-2.500 4-2.500 5.500s2.500 2.500 2.500 5.500',
  bell: 'M4 11V7.500a4 4 0 0 1 8 0V11l1.200 1.500H2.800zM6.800 14h2.400',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.8V8l2.2 1.6',
} as const

export type IconName = keyof typeof paths

export function Icon({ name, className }: { name: IconName; className?: string }) {
  return (
    <svg className={className ? `icon ${className}` : 'icon'} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  )
}
