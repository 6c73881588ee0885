/** Whether a log of OctaneBench names the card that its score is said to be of. Pure. */

/** "GeForce RTX 4090", "RTX A6000", "NVIDIA L40S", "Tesla V100-SXM2-16GB", "H100 PCIe": as drivers say them. */
const cardName = /\b(?:(?:NVIDIA |GeForce |Quadro |Tesla |TITAN ){0,3}(?:RTX|GTX|GT)\s?(?:PRO |A)?\d{3,4}(?:\s?(?:Ti|SUPER|D|Ada|Blackwell|Laptop)\b)*|(?:NVIDIA |Tesla )+(?:[ABHLPTV]\d{1,3}S?)\b|(?:A100|H100|H200|B200|V100|L40S|L40)\b)/gi

/** null: the log names this card, among others perhaps, or none at all. */
export function otherCardRemark(log: string, gpuName: string): string | null {
  const named = [...new Map([...log.matchAll(cardName)].map(([name]) => [key(name), name.trim()])).entries()]
  const own = key(gpuName)
  if (named.length === 0 || named.some(([one]) => one === own || own.startsWith(one) && !continues(own, one))) return null
  const names = named.slice(0, 3).map(([, name]) => name).join(', ')
  return `The log names ${names}, and this card is ${gpuName}: make sure that the score is of this card.`
}

/** Of the model alone: makers and families are written or left out as it comes. */
function key(name: string): string {
  return name.toLowerCase().replace(/nvidia|geforce|quadro|tesla|generation|laptop gpu/g, '').replace(/[^a-z0-9]+/g, '')
}

/** "rtx4070" of "rtx4070ti" is another model; of "h100pcie" it is the same. */
function continues(own: string, one: string): boolean {
  return /^(ti|super|d\b|s\b|ada|blackwell|\d)/.test(own.slice(one.length))
}
