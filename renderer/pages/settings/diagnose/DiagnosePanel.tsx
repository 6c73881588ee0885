/** Diagnose: every check of this machine, the servers that checks may ask, and a bundle for whoever is asked for help. */
import { Section } from '../../../components/Page.tsx'
import { findProgramme, programmeName } from '../../../state/programmes.ts'
import { usePart } from '../../../state/window-context.ts'
import { ChecksPanel } from '../../checks/ChecksPanel.tsx'
import { useChecks } from '../../checks/use-checks.ts'
import { ServerSetting } from './ServerSetting.tsx'
import { SupportPanel } from './SupportPanel.tsx'

export function DiagnosePanel() {
  const checks = useChecks(null)
  const { programmes } = usePart('networks')
  const { practice } = usePart('programmes')
  const { values } = usePart('settings')
  const known = [...programmes, ...practice]
  return (
    <>
      <Section title="Every check">
        <ChecksPanel label="Every check of this machine" checks={checks} isReading={false} nameOf={(id) => programmeName(findProgramme(known, id), id)} onAll={() => undefined} empty="There is nothing to check." notYet="Nothing has been checked since this page was opened." />
      </Section>
      <Section title="Servers that checks ask">
        <div className="settings">
          <ServerSetting name="bandwidthServer" label="Speed of the line" value={values.bandwidthServer} placeholder="https://…" help="The address of a file on a server of your choice; it is read and written to for some seconds. Empty: the line is not measured." />
          <ServerSetting name="stunServer" label="Public address" value={values.stunServer} placeholder="host:port" help="A STUN server, asked for the address that this machine has outside. Empty: a public one. “off”: none is asked." />
          <ServerSetting name="ntpServer" label="Clock" value={values.ntpServer} placeholder="host:port" help="A time server, asked how far this machine’s clock is off. Empty: a public one. “off”: none is asked." />
        </div>
      </Section>
      <SupportPanel />
    </>
  )
}
