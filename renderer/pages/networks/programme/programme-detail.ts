/** What of a programme is open, as the address names it: `<network>/<programme>/<tab>`. Pure. */

export const programmeTabs = ['requirements', 'binds', 'steps', 'log', 'leave'] as const
export type ProgrammeTab = (typeof programmeTabs)[number]

/** `programmeId: null`: the address names no programme. */
export function readProgrammeDetail(detail: string | null): { programmeId: string | null; tab: ProgrammeTab | null } {
  const [network, programme, tab] = (detail ?? '').split('/')
  if (!network || !programme) return { programmeId: null, tab: null }
  return { programmeId: `${network}/${programme}`, tab: programmeTabs.find((one) => one === tab) ?? null }
}

export function programmeDetail(programmeId: string, tab: ProgrammeTab | null): string {
  return tab === null ? programmeId : `${programmeId}/${tab}`
}
