/** `idlewatt networks`: whether each network lasts, in a row each; or all that is known of one. */
import { cheapestCloudOf, type NetworkFigure, type NetworkHealth } from '../../shared/network-health.ts'
import { networks as registry } from '../app.ts'
import { clockSentence } from './clock-sentence.ts'
import { openApp, sayNotices, type Call } from './open-app.ts'
import { bullet, drawTable, numberText, percentText, unknown, wrap } from './output.ts'
import { nearestWord, quoted, WrongWords } from './words.ts'

/** 0 whatever the figures say: they are answers. Throws WrongWords for an unknown network, with the nearest. */
export async function networks(call: Call, words: string[]): Promise<number> {
  const id = readWords(words, call.common.network)
  const app = openApp(call, 'command-line')
  const healths = (id === null ? registry.map((network) => network.id) : [id]).map((one) => app.networkHealth.health(one))
  sayNotices(app, call.terminal)
  const [first] = healths
  if (call.common.json) await call.terminal.document({ networks: healths })
  else {
    const clock = clockSentence(app)
    await call.terminal.print([...(clock === null ? [] : [wrap(clock)]), id !== null && first ? networkText(first) : networksText(healths)].join('\n\n'))
  }
  return 0
}

/** The network that was named, by a word or by --network; null: none, so all of them. */
export function readWords(words: readonly string[], flag: string | null): string | null {
  const [word, extra] = words
  if (extra !== undefined) throw new WrongWords(`networks takes one network, and ${quoted(extra)} is one too many.`)
  const typed = word ?? flag
  if (typed === null) return null
  if (word !== undefined && flag !== null && word.toLowerCase() !== flag.toLowerCase()) throw new WrongWords(`networks was given two networks: ${quoted(word)} and ${quoted(flag)}.`)
  const wanted = typed.trim().toLowerCase()
  const found = registry.find((network) => network.id === wanted || network.title.toLowerCase() === wanted)
  if (found) return found.id
  const ids = registry.map((network) => network.id)
  const nearest = nearestWord(wanted, ids)
  throw new WrongWords(`Idlewatt knows no network ${quoted(typed)}.${nearest === null ? '' : ` Did you mean ${nearest}?`} It knows: ${ids.join(', ')}.`)
}

/** One row a network. */
export function networksText(healths: readonly NetworkHealth[]): string {
  const table = drawTable(
    [{ head: 'Network' }, { head: 'Id' }, { head: 'Used', align: 'right' }, { head: 'GPUs', align: 'right' }, { head: 'USD a day', align: 'right' }, { head: 'Next cliff', flexible: true }, { head: 'Figures of' }],
    healths.map((health) => {
      const shown = ['utilisation', 'gpus-total', 'revenue-usd-day'].map((id) => health.figures.find((figure) => figure.id === id) ?? null)
      const [use, gpus, revenue] = shown
      return [health.title, health.networkId, valueText(use), valueText(gpus), valueText(revenue), cliffText(health), datesText(shown)]
    }),
  )
  const parts = [
    'Whether a network lasts shows in its use and in what it takes in, not in the price of its token.',
    table,
    healths.map((health) => bullet(`${health.title}: ${health.sentence}`)).join('\n'),
    wrap(`* older than it should be. ${unknown} not known. All that is known of one: \`idlewatt networks ID\`; every source: --json.`),
  ]
  return parts.join('\n\n')
}

/** Everything of one network. */
export function networkText(health: NetworkHealth): string {
  const parts = [`${health.title}\n\n${wrap(health.sentence)}`, figuresTable(health.figures)]
  const reasons = health.figures.filter((figure) => figure.value === null && figure.note !== null).map((figure) => bullet(`${figure.label}: ${figure.note}`))
  if (reasons.length > 0) parts.push(['Not known:', ...reasons].join('\n'))
  if (health.models.length > 0) parts.push(modelsText(health))
  if (health.emission.length > 0) parts.push(['What it pays out:', ...health.emission.map((period) => bullet(`${period.title} (${periodText(period.from, period.to)}): ${period.pays}.${period.cliff === null ? '' : ` ${period.cliff}`}`))].join('\n'))
  if (health.nextCliff) parts.push(wrap(`Next cliff: ${cliffText(health)}.`))
  if (health.figures.some((figure) => figure.isStale && figure.value !== null)) parts.push('* older than it should be.')
  if (health.missing.length > 0) parts.push(['To bear in mind:', ...health.missing.map(bullet)].join('\n'))
  return parts.join('\n\n')
}

function figuresTable(figures: readonly NetworkFigure[]): string {
  return drawTable(
    [{ head: 'Figure', flexible: true, least: 20 }, { head: 'Value', align: 'right' }, { head: 'Unit', flexible: true, least: 8 }, { head: 'Of' }, { head: 'Origin' }, { head: 'Trend', flexible: true, least: 10 }],
    figures.map((figure) => [figure.label, valueText(figure), figure.unit === 'share' ? '' : figure.unit, dateText(figure), figure.value === null ? '' : figure.origin, trendText(figure)]),
  )
}

function modelsText({ models, modelsSource, clouds }: NetworkHealth): string {
  const table = drawTable(
    [{ head: 'Model', flexible: true, least: 16 }, { head: 'Cards', align: 'right' }, { head: 'Used', align: 'right' }, { head: 'Share', align: 'right' }, { head: 'USD/h', align: 'right' }, { head: 'Cloud USD/h', align: 'right' }, { head: 'Cloud ÷ here', align: 'right' }],
    models.map((model) => {
      const cloud = cheapestCloudOf(clouds, model)
      const here = model.price?.middle ?? null
      return [
        `${model.listed}${model.memoryGib === null ? '' : ` ${numberText(model.memoryGib)} GiB`}`,
        model.total === null ? unknown : numberText(model.total),
        model.used === null ? unknown : numberText(model.used),
        percentText(model.utilisation, 1),
        here === null ? unknown : here.toFixed(2),
        cloud === null ? unknown : cloud.usdPerGpuHour.toFixed(2),
        cloud === null || here === null || here <= 0 ? unknown : `${(cloud.usdPerGpuHour / here).toFixed(1)} ×`,
      ]
    }),
  )
  const source = modelsSource === null ? '' : `\n${wrap(`Models: ${modelsSource.origin}, ${hostOf(modelsSource.source.url)}${modelsSource.takenAt === null ? '' : `, ${dayText(modelsSource.takenAt)}`}${modelsSource.isStale ? ' (old)' : ''}.`)}`
  const dates = [...new Set(clouds.map((price) => `${price.cloud} ${dayText(price.takenAt)}`))]
  return `What renters pay, beside the cheapest on-demand price of a large cloud:\n${table}${source}${dates.length === 0 ? '' : `\n${wrap(`Cloud prices: ${dates.join(', ')}.`)}`}`
}

/** A whole address would not fit a line, and broken it is of no use. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url
}

function valueText(figure: NetworkFigure | null | undefined): string {
  if (!figure || figure.value === null) return unknown
  const text = figure.unit === 'share' ? percentText(figure.value, 1) : wholeText(figure.value)
  return figure.isStale ? `${text} *` : text
}

/** 135,000; 0.0041 keeps two figures that count. */
function wholeText(value: number): string {
  const size = Math.abs(value)
  if (size >= 100) return Math.round(value).toLocaleString('en-US')
  return size === 0 || size >= 1 ? numberText(value) : value.toPrecision(2)
}

function trendText({ trend, unit }: NetworkFigure): string {
  const [first, last] = [trend[0], trend.at(-1)]
  if (!first || !last || first === last || first.value === 0) return ''
  const change = last.value / first.value - 1
  const size = percentText(Math.abs(change), unit === 'share' ? 1 : 0)
  return `${size === '0 %' ? 'level' : `${change > 0 ? '+' : '−'}${size}`} since ${dayText(first.at)}`
}

function cliffText({ nextCliff }: NetworkHealth): string {
  return nextCliff === null ? 'none known' : `${dayText(nextCliff.at)}, in ${nextCliff.inDays} days`
}

function datesText(figures: (NetworkFigure | null)[]): string {
  const times = figures.flatMap((figure) => (figure !== null && figure.value !== null && figure.takenAt !== null ? [figure.takenAt] : []))
  return times.length === 0 ? unknown : dayText(Math.max(...times))
}

function dateText(figure: NetworkFigure): string {
  return figure.value === null || figure.takenAt === null ? unknown : dayText(figure.takenAt)
}

function periodText(from: number | null, to: number | null): string {
  if (from === null && to === null) return 'days not known'
  return `${from === null ? '…' : dayText(from)} to ${to === null ? '…' : dayText(to)}`
}

function dayText(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}
