/** What each card may, and each programme: their own modes, limits, and which of two goes first. */
import { Section } from '../../components/Page.tsx'
import { CardRules } from './CardRules.tsx'
import { ProgrammeRules } from './ProgrammeRules.tsx'

export function CardsTab() {
  return (
    <>
      <Section title="Cards" aside="an empty field: as for all cards">
        <CardRules />
      </Section>
      <Section title="Programmes">
        <ProgrammeRules />
      </Section>
    </>
  )
}
